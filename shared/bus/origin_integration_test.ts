import assert from "node:assert/strict";
import { AppEvent, envelope, ManifestDocument, newId, StateUpdate, subjects } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { openBucket } from "./bucket.ts";
import { withCode } from "./bus_fixture.ts";
import { migrate } from "./migrate.ts";
import { publish, send } from "./publish.ts";
import { readStream } from "./read_stream.ts";
import { subscribe } from "./subscribe.ts";

const snapshotOf = (app: string, bridge: string) =>
  envelope({
    type: "state_update",
    payload: { app, bridge, revision: 1, instance: newId(), cause: "connect", kind: "snapshot", state: {} },
    source: "blender.ws-01",
  });
const manifestOf = (app: string) => ({
  app,
  title: app,
  version: "1.0.0",
  state: {},
  commands: {},
  events: {},
  channels: {},
});

Deno.test("a state that a bridge stores in the name of another one is passed over", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const subject = subjects.state("blender", "ws-01");
  await publish(bus, subject, snapshotOf("blender", "ws-02"));
  await publish(bus, subject, snapshotOf("ableton", "ws-01"));
  await publish(bus, subject, snapshotOf("blender", "ws-01"));
  const refused: string[] = [];
  const read: string[] = [];
  const options = { subject, payload: StateUpdate, from: "start", follow: false } as const;
  const onInvalid = ({ message }: Error) => void refused.push(message);
  for await (const { message } of readStream(bus, "STATE", { ...options, onInvalid })) {
    read.push(message.payload.bridge);
  }
  assert.deepEqual(read, ["ws-01"]);
  assert.deepEqual(refused.map((message) => /says that its (app|bridge)/.exec(message)?.[1]), ["bridge", "app"]);
});

Deno.test("an event that a bridge sends in the name of another one is not heard", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const subject = subjects.event("blender", "ws-01", "file_opened");
  await using events = subscribe(bus, "patchbay.v1.evt.>", { payload: AppEvent, onInvalid: () => {} });
  await events.ready;
  for (const bridge of ["ws-02", "ws-01"]) {
    const payload: AppEvent = { app: "blender", bridge, event: "file_opened", at: 1, data: null };
    send(bus, subject, envelope({ type: "event", payload, source: "blender.ws-01" }));
  }
  for await (const { message } of events) {
    assert.equal(message.payload.bridge, "ws-01");
    break;
  }
});

Deno.test("a manifest under a bridge's key says nothing of another application", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const anything = await openBucket(bus, "plans", z.unknown());
  await anything.put("blender.ws-01", manifestOf("ableton"));
  const manifests = await openBucket(bus, "manifests", ManifestDocument);
  await manifests.put("blender.ws-01", manifestOf("ableton"));
  await manifests.put("ableton.ws-01", manifestOf("ableton"));
  assert.deepEqual((await manifests.entries()).map(({ key }) => key), ["ableton.ws-01"]);
  await assert.rejects(manifests.get("blender.ws-01"), withCode("INVALID_MESSAGE"));
  assert.equal((await anything.entries()).length, 1, "other keys are no addresses");
});
