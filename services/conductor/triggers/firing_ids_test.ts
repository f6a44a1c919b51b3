import assert from "node:assert/strict";
import { Id, newId } from "@patchbay/contracts";
import fc from "fast-check";
import { dueTime, firingId, noteId, planIdOf } from "./firing_ids.ts";

const trigger = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/);
const cause = fc.oneof(
  fc.constant(undefined).map(() => newId()),
  fc.integer({ min: 0, max: 253_402_300_799_000 }).map(dueTime),
);

Deno.test("whoever comes to a firing gives it the same id, and no other firing has it", () => {
  const notes = ["loop", "missed", "suspended"] as const;
  fc.assert(fc.property(fc.array(fc.tuple(cause, trigger), { maxLength: 50 }), (firings) => {
    const seen = new Map<string, string>();
    for (const [cause, trigger] of firings) {
      const ids = [firingId(cause, trigger), ...notes.map((note) => noteId(cause, trigger, note))];
      assert.deepEqual(ids, [firingId(cause, trigger), ...notes.map((note) => noteId(cause, trigger, note))]);
      for (const [i, id] of ids.entries()) {
        assert.ok(Id.safeParse(id).success, id);
        const what = `${cause} ${trigger} ${i}`;
        assert.equal(seen.get(id) ?? what, what);
        seen.set(id, what);
      }
    }
  }));
});

Deno.test("ids of times sort as the times do", () => {
  assert.ok(dueTime(1_790_000_000_000) < dueTime(1_790_000_000_001));
  assert.ok(Id.safeParse(dueTime(0)).success);
  assert.ok(Id.safeParse(planIdOf("flash")).success);
});
