import assert from "node:assert/strict";
import { ANY_BRIDGE, ConflictError, newId, type Result, toProblem } from "@patchbay/contracts";
import { startTestNats, type TestNats } from "@patchbay/testing";
import { PatchbayError } from "@patchbay/contracts";
import type { Bus } from "./bus.ts";
import { type Begun, type BegunEntry, openLedger } from "./ledger.ts";
import { commandFingerprint, ledgerKey } from "./ledger_key.ts";
import { migrate } from "./migrate.ts";
import { store } from "./publish.ts";

async function withLedger(): Promise<{ nats: TestNats; bus: Bus } & AsyncDisposable> {
  const nats = await startTestNats();
  const bus = await nats.connect("a test");
  await migrate(bus, { storage: "memory" });
  return { nats, bus, [Symbol.asyncDispose]: () => nats[Symbol.asyncDispose]() };
}

const SENT_TO = { app: "counter", bridge: ANY_BRIDGE };
const facts = (bridge = "ws-01") => ({
  commandId: newId(),
  command: "add",
  fingerprint: commandFingerprint({ command: "add", args: { by: 1 } }),
  bridge,
  instance: newId(),
  fencing: 1,
});
const result = (value: number): Result => ({
  commandId: newId(),
  app: "counter",
  bridge: "ws-01",
  command: "add",
  startedAt: 0,
  durationMs: 0,
  ok: true,
  value,
});
const cancelled = (): Result => {
  const { value: _value, ...outcome } = { value: 0, ...result(0) };
  return { ...outcome, ok: false, problem: toProblem(new PatchbayError("CANCELLED", "enough")) };
};

function begunIn(entry: Begun): BegunEntry {
  assert.ok(entry.begun, "somebody else has begun it");
  return entry;
}

Deno.test("of many who begin one command, one may run it and the others see who", async () => {
  await using studio = await withLedger();
  const ledger = openLedger(studio.bus);
  const all = await Promise.all(
    Array.from({ length: 10 }, (_, i) => ledger.begin(SENT_TO, "key one", facts(`ws-${i}`))),
  );
  const [winner, ...more] = all.filter(({ begun }) => begun);
  assert.ok(winner?.begun);
  assert.equal(more.length, 0);
  for (const loser of all.filter(({ begun }) => !begun)) {
    assert.deepEqual([loser.entry.status, loser.entry.bridge], ["started", winner.entry.bridge]);
  }
});

Deno.test("what is completed stays: delivered twice, and by somebody who thinks it is still theirs", async () => {
  await using studio = await withLedger();
  const ledger = openLedger(studio.bus);
  const mine = begunIn(await ledger.begin(SENT_TO, "k", facts()));
  const completion = mine.complete(result(1));
  assert.equal((await store(studio.bus, completion)).duplicate, false);
  assert.equal((await store(studio.bus, completion)).duplicate, true);
  await assert.rejects(store(studio.bus, mine.complete(result(2))), ConflictError);
  const found = await ledger.begin(SENT_TO, "k", facts("ws-02"));
  assert.ok(!found.begun && found.entry.status === "completed");
  assert.deepEqual(found.entry.result.ok && found.entry.result.value, 1);
});

Deno.test("cancelling and beginning at once: exactly one of them wins", async () => {
  await using studio = await withLedger();
  const ledger = openLedger(studio.bus);
  const wins = { begun: 0, cancelled: 0 };
  for (let i = 0; i < 20; i++) {
    const { bridge: _bridge, instance: _instance, fencing: _fencing, ...named } = facts();
    const cancel = () => ledger.cancel(SENT_TO, `k${i}`, { ...named, result: cancelled() });
    const begin = () => ledger.begin(SENT_TO, `k${i}`, facts());
    const [first, second] = i % 2 === 0 ? [cancel(), begin()] : [begin(), cancel()];
    const outcomes = await Promise.all([first, second]);
    const won = outcomes.filter((outcome) => "begun" in outcome ? outcome.begun : outcome.cancelled);
    assert.equal(won.length, 1);
    wins[won[0] !== undefined && "begun" in won[0] ? "begun" : "cancelled"]++;
  }
  assert.ok(wins.begun > 0 && wins.cancelled > 0, JSON.stringify(wins));
});

Deno.test("a started entry is taken over once, and its old holder cannot complete it any more", async () => {
  await using studio = await withLedger();
  const ledger = openLedger(studio.bus);
  const old = begunIn(await ledger.begin(SENT_TO, "k", facts("ws-01")));
  const [one, two] = await Promise.all([
    ledger.beginAgain(old, { bridge: "ws-02", instance: newId(), fencing: 2 }),
    ledger.beginAgain(old, { bridge: "ws-03", instance: newId(), fencing: 3 }),
  ]);
  const [winner, loser] = one.begun ? [one, two] : [two, one];
  assert.deepEqual([winner.begun, winner.entry.attempts, loser.begun], [true, 2, false]);
  assert.equal(loser.entry.bridge, winner.entry.bridge);
  await assert.rejects(store(studio.bus, old.complete(result(1))), ConflictError);
  await store(studio.bus, begunIn(winner).complete(result(2)));
  assert.equal((await ledger.find(SENT_TO, "k"))?.entry.status, "completed");
});

Deno.test("the entry of somebody who is gone is settled once; one that was completed meanwhile is left alone", async () => {
  await using studio = await withLedger();
  const ledger = openLedger(studio.bus);
  const gone = begunIn(await ledger.begin(SENT_TO, "k", facts()));
  await store(studio.bus, gone.complete(result(7)));
  const instead = await ledger.settle(gone, cancelled());
  assert.ok(instead?.entry.status === "completed" && instead.entry.result.ok);
});

Deno.test("a released entry may be begun anew; one that has changed is not released", async () => {
  await using studio = await withLedger();
  const ledger = openLedger(studio.bus);
  const first = begunIn(await ledger.begin(SENT_TO, "k", facts()));
  await ledger.release(first);
  assert.equal(await ledger.find(SENT_TO, "k"), undefined);
  const second = begunIn(await ledger.begin(SENT_TO, "k", facts()));
  await ledger.release(first);
  assert.equal((await ledger.find(SENT_TO, "k"))?.revision, second.revision);
});

Deno.test("one command has one fingerprint, whatever the order of its arguments; any key has a place", () => {
  const one = commandFingerprint({ command: "add", args: { a: 1, b: [{ c: 2, d: 3 }] } });
  assert.equal(commandFingerprint({ command: "add", args: { b: [{ d: 3, c: 2 }], a: 1 } }), one);
  assert.notEqual(commandFingerprint({ command: "add", args: { a: 1, b: [{ c: 2, d: 4 }] } }), one);
  assert.match(ledgerKey({ app: "blender", bridge: "ws-07" }, "a.b *>"), /^blender\.ws-07\.[-\w]{43}$/);
});

Deno.test("whoever waits for an entry stops when its signal fires, whatever it does then", async () => {
  await using test = await withLedger();
  const ledger = openLedger(test.bus);
  const found = await ledger.begin(SENT_TO, "k", facts());
  const stop = new AbortController();
  const looking = ledger.changed(found, stop.signal);
  // the first look is under way
  stop.abort(new PatchbayError("CANCELLED", "enough"));
  await assert.rejects(looking, { code: "CANCELLED" });
  await assert.rejects(ledger.changed(found, stop.signal), { code: "CANCELLED" });
});
