import assert from "node:assert/strict";
import type { RunEvent, RunLogEntry } from "@patchbay/contracts";
import { eventsBehind, formatPlace, nextMessageFrom, parsePlace, type RunPlace } from "./run_place.ts";

const skipped = (reason: string): RunEvent => ({ type: "STEP_SKIPPED", at: 1, stepId: "s1", reason });
const log = new Map<number, RunLogEntry>([
  [7, skipped("a")],
  [9, { type: "RUN_EVENTS", events: [skipped("b"), skipped("c"), skipped("d")] }],
  [12, skipped("e")],
]);

/** What a reader gets who comes to a place. */
function read(from: RunPlace) {
  const found: { reason: unknown; id: string }[] = [];
  for (const [seq, entry] of log) {
    if (seq < nextMessageFrom(from)) continue;
    for (const { event, place } of eventsBehind(from, seq, entry)) {
      found.push({ reason: event["reason"], id: formatPlace(place) });
    }
  }
  return found;
}

Deno.test("a reader who goes on behind any event gets the rest, without loss and without repetition", () => {
  const all = read({ seq: 0 });
  assert.deepEqual(all, [
    { reason: "a", id: "7" },
    { reason: "b", id: "9.0" },
    { reason: "c", id: "9.1" },
    { reason: "d", id: "9" },
    { reason: "e", id: "12" },
  ]);
  for (const [i, { id }] of all.entries()) {
    const place = parsePlace(id);
    assert.ok(place !== undefined);
    assert.deepEqual(read(place), all.slice(i + 1));
  }
});

Deno.test("another text is no place", () => {
  for (const text of ["", "x", "1.", ".1", "1.2.3", "-1", "1e3", "1.99999"]) assert.equal(parsePlace(text), undefined);
});
