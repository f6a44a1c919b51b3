import assert from "node:assert/strict";
import { type Bus, callService, endpoint, migrate, openBucket, publish, startService } from "@patchbay/bus";
import {
  command,
  defineApp,
  envelope,
  ManifestDocument,
  manifestDocument,
  newId,
  PatchbayError,
  type PatchOperation,
  Presence,
  type Result,
  SERVICES,
  type StateUpdate,
  subjects,
} from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { startContextStore } from "./mod.ts";

const VERBS = SERVICES["context-store"];
type Verb = keyof typeof VERBS;

function ask<V extends Verb>(bus: Bus, verb: V, payload: unknown): Promise<z.output<(typeof VERBS)[V]["result"]>>;
function ask(bus: Bus, verb: Verb, payload: unknown): Promise<unknown> {
  return callService(bus, "context-store", verb, payload, { result: VERBS[verb].result, source: "test" });
}

/** Asks until the answer is as expected: the store follows, it is not told to. */
async function until<T>(read: () => Promise<T>, accept: (value: T) => boolean): Promise<T> {
  for (const signal = AbortSignal.timeout(10_000);;) {
    const value = await read();
    if (accept(value)) return value;
    signal.throwIfAborted();
  }
}

const refused = (code: string) => (error: unknown) => error instanceof PatchbayError && error.code === code;

const counter = manifestDocument(defineApp({
  app: "counter",
  title: "Counter",
  version: "1.0.0",
  state: z.object({ count: z.number() }),
  commands: { increment: command({ summary: "Adds.", args: z.object({}), result: z.number() }) },
}));

const presence = (bridge: string): Presence => ({
  app: "counter",
  bridge,
  instance: newId(),
  status: "idle",
  reason: "waiting for commands",
  title: "Counter",
  host: "here",
  pid: 1,
  startedAt: 1,
  bridgeVersion: "0.1.0",
  simulated: true,
  allowCode: false,
  queued: 0,
});

/** What a bridge publishes of its application. */
function stateOf(bus: Bus, bridge: string, instance = newId()) {
  const send = (update: StateUpdate) =>
    publish(
      bus,
      subjects.state("counter", bridge),
      envelope({ type: "state_update", payload: update, source: `counter.${bridge}` }),
    );
  const origin = { app: "counter", bridge, instance, cause: "command" as const };
  return {
    snapshot: (revision: number, state: unknown) => send({ ...origin, revision, kind: "snapshot", state }),
    patch: (revision: number, ...patch: PatchOperation[]) => send({ ...origin, revision, kind: "patch", patch }),
    update: (revision: number, state: unknown): StateUpdate => ({ ...origin, revision, kind: "snapshot", state }),
  };
}

const setCount = (value: number): PatchOperation => ({ op: "replace", path: "/count", value });
/** The state of `counter.ws-01`, once it has come as far as `revision`. */
const stateIn = (bus: Bus, revision: number) =>
  until(
    () => ask(bus, "state", { app: "counter", bridge: "ws-01" }).catch(() => undefined),
    (state) => (state?.revision ?? 0) >= revision,
  );

Deno.test("bridges and applications are known as they come and go", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const bucket = await openBucket(bus, "presence", Presence);
  const manifests = await openBucket(bus, "manifests", ManifestDocument);
  await bucket.put("counter.ws-02", presence("ws-02"));
  await manifests.put("counter.ws-02", counter);
  await using _store = await startContextStore({ bus });

  assert.deepEqual((await ask(bus, "bridges", {})).bridges.map(({ bridge }) => bridge), ["ws-02"]);
  assert.deepEqual(await ask(bus, "app", { app: "counter" }), counter);
  await bucket.put("counter.ws-01", presence("ws-01"));
  await until(
    () => ask(bus, "bridges", {}),
    ({ bridges }) => bridges.map(({ bridge }) => bridge).join() === "ws-01,ws-02",
  );
  assert.equal((await ask(bus, "bridge", { app: "counter", bridge: "ws-01" })).status, "idle");
  await bucket.delete("counter.ws-02");
  await until(() => ask(bus, "bridges", {}), ({ bridges }) => bridges.length === 1);

  assert.deepEqual((await ask(bus, "apps", {})).apps, [counter], "an application stays known");
  await assert.rejects(ask(bus, "bridge", { app: "counter", bridge: "ws-02" }), refused("NOT_FOUND"));
  await assert.rejects(ask(bus, "app", { app: "blender" }), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.deepEqual([error.code, error.context["available"]], ["UNKNOWN_APP", ["counter"]]);
    return true;
  });
});

Deno.test("of two manifests of one application, that of the bridge which is here counts", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const manifests = await openBucket(bus, "manifests", ManifestDocument);
  await (await openBucket(bus, "presence", Presence)).put("counter.ws-01", presence("ws-01"));
  await manifests.put("counter.ws-01", counter);
  await manifests.put("counter.ws-02", { ...counter, version: "2.0.0" });
  await using _store = await startContextStore({ bus });
  assert.equal((await ask(bus, "app", { app: "counter" })).version, "1.0.0");
});

Deno.test("a state is followed by its patches, and is there again after a restart of the store", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const bridge = stateOf(bus, "ws-01");
  await assertState(
    async () => {
      await bridge.snapshot(1, { count: 1 });
      await bridge.patch(2, setCount(2));
    },
    2,
    { count: 2 },
  );
  await assertState(() => bridge.patch(3, setCount(3)), 3, { count: 3 });
  await assertState(
    async () => {
      const again = stateOf(bus, "ws-01");
      await again.snapshot(1, { count: 0 });
      await again.patch(2, setCount(1));
    },
    2,
    { count: 1 },
  );

  async function assertState(publish: () => Promise<unknown>, revision: number, state: unknown) {
    await using _store = await startContextStore({ bus });
    await publish();
    const seen = await until(
      () => ask(bus, "state", { app: "counter", bridge: "ws-01" }).catch(() => undefined),
      (found) => JSON.stringify(found?.state) === JSON.stringify(state),
    );
    assert.equal(seen?.revision, revision);
  }
});

Deno.test("a gap, and a patch that does not fit, make the store ask the bridge for its state", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const bridge = stateOf(bus, "ws-01");
  let answer = bridge.update(5, { count: 5 });
  await using _bridge = await startService(bus, {
    name: "bridge-counter",
    version: "0.1.0",
    description: "",
    source: "counter.ws-01",
    endpoints: [
      endpoint({
        name: "snapshot",
        subject: subjects.snapshot("counter", "ws-01"),
        payload: z.looseObject({}),
        type: "state_update",
        handler: () => answer,
      }),
    ],
  });
  await bridge.patch(3, setCount(3));
  await using _store = await startContextStore({ bus });
  assert.deepEqual((await stateIn(bus, 5))?.state, { count: 5 });

  answer = bridge.update(8, { count: 8 });
  await bridge.patch(7, setCount(7));
  assert.deepEqual((await stateIn(bus, 8))?.state, { count: 8 });
  await bridge.patch(8, setCount(-1));
  await bridge.patch(9, setCount(9));
  assert.deepEqual((await stateIn(bus, 9))?.state, { count: 9 });

  answer = bridge.update(10, { count: 10 });
  await bridge.patch(10, setCount(-1), { op: "remove", path: "/nothing" });
  assert.deepEqual((await stateIn(bus, 10))?.state, { count: 10 });
});

Deno.test("a gap of a bridge that is away leaves the state at its revision until the bridge shows it again", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const [bridge, other] = [stateOf(bus, "ws-01"), stateOf(bus, "ws-02")];
  await using _store = await startContextStore({ bus });
  await bridge.snapshot(1, { count: 1 });
  await bridge.patch(3, setCount(3));
  await other.snapshot(1, { count: 0 });
  await until(
    () => ask(bus, "state", { app: "counter", bridge: "ws-02" }).catch(() => undefined),
    (state) => state !== undefined,
  );
  const seen = await stateIn(bus, 1);
  assert.deepEqual([seen?.revision, seen?.state], [1, { count: 1 }]);
  await bridge.snapshot(4, { count: 4 });
  assert.deepEqual((await stateIn(bus, 4))?.state, { count: 4 });
});

Deno.test("the history gives the last results of one bridge, the latest first", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  await using _store = await startContextStore({ bus });
  for (let i = 0; i < 30; i++) {
    const bridge = i % 10 === 0 ? "ws-01" : "ws-02";
    const payload: Result = {
      commandId: newId(),
      app: "counter",
      bridge,
      command: i % 20 === 0 ? "increment" : "reset",
      startedAt: i,
      durationMs: 1,
      ok: true,
      value: i,
    };
    const subject = subjects.result("counter", bridge, payload.command);
    await publish(bus, subject, envelope({ type: "result", payload, source: `counter.${bridge}` }));
  }
  const history = async (limit: number) =>
    (await ask(bus, "history", { app: "counter", bridge: "ws-01", limit })).results.map(({ startedAt }) => startedAt);
  assert.deepEqual(await history(2), [20, 10]);
  assert.deepEqual(await history(100), [20, 10, 0]);
  assert.deepEqual((await ask(bus, "history", { app: "counter", bridge: "ws-03" })).results, []);
});

Deno.test("a history of large results is as long as one answer can hold", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  await using _store = await startContextStore({ bus });
  const facts = { app: "counter", bridge: "ws-01", command: "increment", durationMs: 1, ok: true } as const;
  for (let startedAt = 0; startedAt < 8; startedAt++) {
    const payload: Result = { ...facts, commandId: newId(), startedAt, value: "x".repeat(250 * 1024) };
    const message = envelope({ type: "result", payload, source: "counter.ws-01" });
    await publish(bus, subjects.result("counter", "ws-01", "increment"), message);
  }
  const { results } = await ask(bus, "history", { app: "counter", bridge: "ws-01" });
  assert.deepEqual(results.map(({ startedAt }) => startedAt), [7, 6, 5, 4]);
});

Deno.test("the store goes on after the server was killed and came back", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const bridge = stateOf(bus, "ws-01");
  await using _store = await startContextStore({ bus });
  await bridge.snapshot(1, { count: 1 });
  await nats.kill();
  await nats.restart();
  await bridge.patch(2, setCount(2));
  assert.deepEqual((await stateIn(bus, 2))?.state, { count: 2 });
});
