import assert from "node:assert/strict";
import fc from "fast-check";
import { formatCursor, parseCursor } from "./event_cursor.ts";

Deno.test("a cursor survives its text form", () => {
  const sequence = fc.nat(2 ** 40);
  fc.assert(fc.property(fc.record({ EVENTS: sequence, STATE: sequence, RUNS: sequence }), (cursor) => {
    assert.deepEqual(parseCursor(formatCursor(cursor)), { ...cursor });
  }));
});

Deno.test("another text is no cursor", () => {
  for (const text of ["", "1", "1-2", "1-2-x", "-1-2-3", "1-2-3-4", "1e3-0-0"]) {
    assert.throws(() => parseCursor(text), text);
  }
});
