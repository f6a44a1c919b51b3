import assert from "node:assert/strict";
import { Link, PatchbayError } from "@patchbay/contracts";
import { RunningLink } from "./running_link.ts";
import type { SourceListener } from "./source_feed.ts";
import type { LinkSources } from "./sources.ts";
import { settled, TestClock } from "./test_clock.ts";

/** A link between a source and an application that the test plays. @param skewMs how far the source's clock is ahead */
function linked(draft: Record<string, unknown>, { skewMs = 0 } = {}) {
  const clock = new TestClock();
  const applied: { value: unknown; at: number }[] = [];
  let listener: SourceListener | undefined;
  let away: string | undefined;
  let answer: (() => Promise<void>) | undefined;
  const link = Link.parse({
    id: "l1",
    source: { app: "drums", bridge: "ws-01", channel: "kick" },
    target: { app: "paint", bridge: "ws-02", command: "move", argument: "/to" },
    ...draft,
  });
  const sources = {
    listen: (_: unknown, its: SourceListener) => {
      listener = its;
      return { [Symbol.dispose]: () => listener = undefined };
    },
  } satisfies Pick<LinkSources, "listen">;
  const running = new RunningLink(link, {
    revision: 1,
    clock,
    sources,
    away: () => away,
    apply: async (_, value) => {
      applied.push({ value, at: clock.now() });
      await answer?.();
    },
    fault: () => undefined,
    onChange: () => {},
  });
  return {
    clock,
    applied,
    running,
    values: () => applied.map(({ value }) => value),
    status: () => running.status(clock.now()),
    /** A value that was made `ageMs` ago. */
    async hear(value: unknown, ageMs = 0) {
      const now = clock.now();
      listener?.sample({ value, at: now - ageMs + skewMs, arrivedAt: now, offsetMs: -skewMs });
      await settled();
    },
    get isListening() {
      return listener !== undefined;
    },
    /** What the application answers from now on; `undefined` for nothing special. */
    answers: (next: (() => Promise<void>) | undefined) => answer = next,
    async goes(reason: string | undefined) {
      away = reason;
      running.applicationChanged();
      await settled();
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

Deno.test("while the application is at one value, only the newest waits for it", async () => {
  await using l = linked({});
  const gate = Promise.withResolvers<void>();
  l.answers(() => gate.promise);
  for (const value of [1, 2, 3, 4]) await l.hear(value);
  assert.deepEqual(l.values(), [1]);
  l.answers(undefined);
  gate.resolve();
  await settled();
  assert.deepEqual(l.values(), [1, 4]);
  const { received, applied, dropped, status } = l.status();
  assert.deepEqual({ received, applied, dropped, status }, { received: 4, applied: 2, dropped: 2, status: "live" });
});

Deno.test("the target gets no more values than its rate, and the last one always", async () => {
  await using l = linked({ rateHz: 50 });
  for (let value = 0; value < 1000; value++) {
    await l.hear(value);
    await l.clock.pass(1);
  }
  await l.clock.pass(20);
  assert.equal(l.values().at(-1), 999);
  const gaps = l.applied.slice(1).map(({ at }, i) => at - l.applied[i]!.at);
  assert.ok(gaps.every((gap) => gap >= 20), gaps.join());
  assert.ok(l.applied.length >= 45 && l.applied.length <= 51, String(l.applied.length));
});

Deno.test("with a delay each value takes effect at its time, however it travelled and whatever the source's clock says", async () => {
  for (const skewMs of [0, 300_000, -300_000]) {
    await using l = linked({ delayMs: 100 }, { skewMs });
    const start = l.clock.now();
    await l.hear("first", 5);
    await l.clock.pass(10);
    await l.hear("second", 1);
    assert.deepEqual(l.applied, [], "nothing is played on arrival");
    await l.clock.pass(200);
    assert.deepEqual(l.applied, [{ value: "first", at: start + 95 }, { value: "second", at: start + 109 }]);
    await l.hear("late", 101);
    assert.deepEqual(l.applied.at(-1), { value: "late", at: start + 210 });
  }
});

Deno.test("a link that is refused says why, waits longer and longer, and goes on with the newest value", async () => {
  await using l = linked({});
  l.answers(() => Promise.reject(new PatchbayError("COMMAND_FAILED", "there is no Cube")));
  for (let value = 0; value < 10_000; value++) {
    await l.hear(value);
    await l.clock.pass(1);
  }
  assert.ok(l.applied.length >= 3 && l.applied.length <= 10, String(l.applied.length));
  assert.deepEqual([l.status().status, l.status().reason], ["failing", "there is no Cube"]);
  assert.equal(l.status().failed, l.applied.length);
  l.answers(undefined);
  await l.clock.pass(20_000);
  assert.equal(l.values().at(-1), 9_999);
  await l.hear(9_999);
  assert.equal(l.status().status, "live");
});

Deno.test("a value that is the same again is not applied again", async () => {
  await using l = linked({});
  for (let i = 0; i < 5; i++) await l.hear({ at: [1, 2] });
  assert.equal(l.applied.length, 1);
  assert.equal(l.status().dropped, 4);
});

Deno.test("while the application is away a link waits, and an application that comes back gets what it missed", async () => {
  await using l = linked({ source: { app: "drums", bridge: "ws-01", state: "/tempo" } });
  await l.hear({ tempo: 120, song: "a" });
  await l.hear({ tempo: 120, song: "b" });
  await l.goes("Paint is not connected");
  await l.hear({ tempo: 130, song: "b" });
  assert.deepEqual([l.status().status, l.status().reason], ["waiting", "Paint is not connected"]);
  await l.goes(undefined);
  assert.deepEqual(l.values(), [120, 130]);
  await l.goes("Paint is not connected");
  await l.goes(undefined);
  assert.deepEqual(l.values(), [120, 130, 130], "the new application knows nothing of the old one");
});

Deno.test("a source that falls silent is waited for", async () => {
  await using l = linked({});
  assert.equal(l.status().status, "waiting");
  await l.hear(1);
  assert.equal(l.status().status, "live");
  await l.clock.pass(6_000);
  assert.deepEqual([l.status().status, l.status().value], ["waiting", 1]);
});

Deno.test("a paused link does not even listen", async () => {
  await using l = linked({ paused: true });
  assert.equal(l.isListening, false);
  assert.equal(l.status().status, "paused");
});

Deno.test("smoothing arrives at the last value although nothing more comes", async () => {
  await using l = linked({ mapping: { smoothingMs: 100 } });
  await l.hear(0);
  await l.hear(10);
  await l.clock.pass(1_000);
  assert.equal(l.values().at(-1), 10);
  assert.ok(l.applied.length > 5);
  assert.deepEqual(l.values(), l.values().toSorted((a, b) => Number(a) - Number(b)));
});

Deno.test("an expression that fails, or takes too long, makes its link fail and nothing else", async () => {
  await using l = linked({ mapping: { expression: "$ > 5 ? ($f := function($x) { $f($x) }; $f(1)) : $ * 2" } });
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  await l.hear(1);
  await until(() => l.applied.length === 1);
  assert.deepEqual(l.values(), [2]);
  await l.hear(9);
  await until(() => l.status().failed === 1);
  assert.match(l.status().reason, /takes longer/);
  await l.hear(3);
  await until(() => l.status().received === 3);
  await l.clock.pass(1_000);
  await until(() => l.applied.length === 2);
  assert.deepEqual(l.values(), [2, 6]);
});
