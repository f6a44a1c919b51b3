import assert from "node:assert/strict";
import { envelope, newId, type PatchOperation, type StateUpdate, subjects } from "@patchbay/contracts";
import { type Bus, endpoint, send, startService } from "@patchbay/bus";
import { z } from "zod";
import { testStudio, until } from "../test_counter.ts";
import { systemClock } from "./clock.ts";
import type { SourceListener } from "./source_feed.ts";
import { LinkSources } from "./sources.ts";

function hearing() {
  const heard: unknown[] = [];
  const listener: SourceListener = {
    sample: ({ value }) => heard.push(value),
    failed: (reason) => heard.push(reason),
  };
  return { heard, listener };
}

const sourcesOn = (bus: Bus) => new LinkSources({ bus, clock: systemClock, source: "a test" });
const state = { app: "desk", bridge: "ws-01", state: "" };

Deno.test("links from one channel share a subscription, which ends with the last of them", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  await using sources = sourcesOn(bus);
  const channel = { app: "desk", bridge: "ws-01", channel: "meter", path: "" };
  const [one, other] = [hearing(), hearing()];
  const listening = sources.listen(channel, one.listener);
  const more = sources.listen({ ...channel, path: "/peak" }, other.listener);
  assert.equal(sources.size, 1);
  await bus.nc.flush();
  const payload = { app: "desk", bridge: "ws-01", channel: "meter", at: Date.now(), value: { peak: 1 } };
  send(bus, subjects.channel("desk", "ws-01", "meter"), envelope({ type: "event", payload, source: "desk.ws-01" }));
  await until(() => one.heard.length + other.heard.length === 2);
  listening[Symbol.dispose]();
  assert.equal(sources.size, 1);
  more[Symbol.dispose]();
  assert.equal(sources.size, 0);
});

Deno.test("a state is followed by its patches, and what is missing is asked for", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const instance = newId();
  const origin = { app: "desk", bridge: "ws-01", instance, cause: "human" as const };
  const publish = (update: StateUpdate) =>
    send(
      bus,
      subjects.state("desk", "ws-01"),
      envelope({ type: "state_update", payload: update, source: "desk.ws-01" }),
    );
  const setTo = (value: number): PatchOperation[] => [{ op: "replace", path: "/count", value }];
  let answer: StateUpdate = { ...origin, revision: 3, kind: "snapshot", state: { count: 3 } };
  let asked = 0;
  await using _desk = await startService(bus, {
    name: "bridge-desk",
    version: "1.0.0",
    description: "a desk",
    source: "desk.ws-01",
    endpoints: [endpoint({
      name: "snapshot",
      subject: subjects.snapshot("desk", "ws-01"),
      payload: z.looseObject({}),
      type: "state_update",
      handler: () => {
        asked++;
        return answer;
      },
    })],
  });
  await using sources = sourcesOn(bus);
  const { heard, listener } = hearing();
  using _listening = sources.listen(state, listener);
  await until(() => heard.length === 1);
  publish({ ...origin, revision: 4, kind: "patch", patch: setTo(4) });
  await until(() => heard.length === 2);
  assert.equal(asked, 1);
  answer = { ...origin, revision: 7, kind: "snapshot", state: { count: 7 } };
  publish({ ...origin, revision: 7, kind: "patch", patch: setTo(-1) });
  await until(() => heard.length === 3);
  publish({ ...origin, revision: 6, kind: "snapshot", state: { count: 6 } });
  answer = { ...origin, revision: 8, kind: "snapshot", state: { count: 8 } };
  publish({ ...origin, revision: 8, kind: "patch", patch: [{ op: "remove", path: "/nothing" }] });
  await until(() => heard.length === 4);
  assert.deepEqual(heard, [3, 4, 7, 8].map((count) => ({ count })));
  const late = hearing();
  using _late = sources.listen(state, late.listener);
  assert.deepEqual(late.heard, [{ count: 8 }], "who comes later gets what is known");
});

Deno.test("a state that was missed while the server was away is asked for when it is back", async () => {
  await using studio = await testStudio({ storage: "file" });
  const { bus, nats } = studio;
  const origin = { app: "desk", bridge: "ws-01", instance: newId(), cause: "human" as const };
  let revision = 1;
  await using _desk = await startService(bus, {
    name: "bridge-desk",
    version: "1.0.0",
    description: "a desk",
    source: "desk.ws-01",
    endpoints: [endpoint({
      name: "snapshot",
      subject: subjects.snapshot("desk", "ws-01"),
      payload: z.looseObject({}),
      type: "state_update",
      handler: (): StateUpdate => ({ ...origin, revision, kind: "snapshot", state: { revision } }),
    })],
  });
  await using sources = sourcesOn(bus);
  const { heard, listener } = hearing();
  using _listening = sources.listen(state, listener);
  await until(() => heard.length === 1);
  await nats.kill();
  revision = 2;
  await nats.restart();
  await until(() => heard.length === 2);
  assert.deepEqual(heard, [{ revision: 1 }, { revision: 2 }]);
});
