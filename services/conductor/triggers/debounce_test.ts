import assert from "node:assert/strict";
import { newId } from "@patchbay/contracts";
import fc from "fast-check";
import { debounce } from "./debounce.ts";
import type { HeldEvent, TriggerState } from "./records.ts";

const happened = (at: number): HeldEvent => ({
  id: newId(),
  storedAt: at,
  correlationId: newId(),
  payload: { app: "drums", bridge: "ws-01", event: "struck", at, data: null },
});

Deno.test("of events that come closer together than the time, the last one waits", () => {
  const [first, second, third] = [happened(0), happened(90), happened(300)];
  const once = debounce(undefined, first, { now: 0, debounceMs: 100 });
  assert.deepEqual(once, { pending: { event: first, dueAt: 100 } });
  const twice = debounce(once.pending, second, { now: 90, debounceMs: 100 });
  assert.deepEqual(twice, { replaced: first, pending: { event: second, dueAt: 190 } });
  const later = debounce(twice.pending, third, { now: 300, debounceMs: 100 });
  assert.deepEqual(later, { due: twice.pending, pending: { event: third, dueAt: 400 } });
});

Deno.test("an event that is heard again takes the place of none", () => {
  const event = happened(0);
  const { pending } = debounce(undefined, event, { now: 0, debounceMs: 100 });
  assert.deepEqual(debounce(pending, event, { now: 500, debounceMs: 100 }).due, undefined);
});

Deno.test("each event fires, is replaced by one that came in time, or is the last", () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 50 });
  fc.assert(fc.property(gaps, (gaps) => {
    const debounceMs = 100;
    let pending: TriggerState["pending"];
    let now = 0;
    for (const gap of gaps) {
      const before = pending;
      now += gap;
      const result = debounce(before, happened(now), { now, debounceMs });
      if (before !== undefined) assert.equal(result.due !== undefined, gap >= debounceMs);
      if (before !== undefined) assert.equal(result.replaced !== undefined, gap < debounceMs);
      pending = result.pending;
    }
    assert.equal(pending?.dueAt, now + debounceMs);
  }));
});
