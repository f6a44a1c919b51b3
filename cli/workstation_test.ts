import assert from "node:assert/strict";
import { machineName } from "./workstation.ts";

Deno.test("a machine's name becomes a bridge id", () => {
  assert.equal(machineName("WS-07.studio.local"), "WS-07");
  assert.equal(machineName("-Ærø's Mac"), "r--s-Mac");
  assert.equal(machineName(""), "workstation");
  assert.equal(machineName("any"), "workstation");
});
