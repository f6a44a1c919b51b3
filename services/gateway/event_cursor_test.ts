import assert from "node:assert/strict";
import fc from "fast-check";
import { formatCursor, parseCursor } from "./event_cursor.ts";

Deno.test("a cursor survives its text form", () => {
  const sequence = fc.nat(2 ** 40);
  const cursors = fc.record(
    { EVENTS: sequence, STATE: sequence, RUNS: sequence, RESULTS: sequence, ALERTS: sequence, runEvent: fc.nat(255) },
    { requiredKeys: ["EVENTS", "STATE", "RUNS", "RESULTS", "ALERTS"] },
  );
  fc.assert(fc.property(cursors, (cursor) => {
    assert.deepEqual(parseCursor(formatCursor(cursor)), { ...cursor });
  }));
});

Deno.test("another text is no cursor", () => {
  for (
    const text of ["", "1", "1-2-3", "1-2-3-4-x", "-1-2-3-4-5", "1-2-3-4-5-6", "1e3-0-0-0-0", "1-2--4-5", "1.1-2-3-4-5"]
  ) {
    assert.throws(() => parseCursor(text), text);
  }
});
