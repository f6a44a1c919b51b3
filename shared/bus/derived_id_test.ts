import assert from "node:assert/strict";
import { Id, newId } from "@patchbay/contracts";
import { derivedId } from "./derived_id.ts";

Deno.test("a derived id is an id of the same time, the same each time, and another for each purpose", () => {
  for (let i = 0; i < 100; i++) {
    const id = newId();
    const derived = derivedId(id, "result");
    assert.equal(Id.parse(derived), derived);
    assert.equal(derived.slice(0, 13), id.slice(0, 13));
    assert.equal(derivedId(id, "result"), derived);
    assert.equal(new Set([id, derived, derivedId(id, "alert"), derivedId(newId(), "result")]).size, 4);
  }
});
