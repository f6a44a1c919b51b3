import assert from "node:assert/strict";
import { applied, readPreference } from "./prefer.ts";

const read = (prefer: string) => readPreference(new Headers({ prefer }));

Deno.test("preferences are read whatever their order, case and parameters", () => {
  assert.deepEqual(read("respond-async"), { respondAsync: true, waitMs: undefined });
  assert.deepEqual(read("Wait = 20 , RESPOND-ASYNC; why=now"), { respondAsync: true, waitMs: 20_000 });
  assert.deepEqual(read("wait=5, wait=60"), { respondAsync: false, waitMs: 5_000 });
  assert.deepEqual(readPreference(new Headers()), { respondAsync: false, waitMs: undefined });
});

Deno.test("what cannot be read is no preference", () => {
  for (const text of ["wait", "wait=soon", "wait=-1", "return=minimal", ",,"]) {
    assert.deepEqual(read(text), { respondAsync: false, waitMs: undefined }, text);
  }
});

Deno.test("what was applied is said", () => {
  assert.deepEqual(applied(read("wait=2, respond-async")), { "Preference-Applied": "respond-async, wait=2" });
  assert.deepEqual(applied(read("return=minimal")), {});
});
