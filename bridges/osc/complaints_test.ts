import assert from "node:assert/strict";
import { Complaints } from "./complaints.ts";

function listening(...addresses: string[]) {
  const complaints = new Complaints("/fail");
  const told: [string, string][] = [];
  for (const address of addresses) complaints.listen([address], (text) => told.push([address, text]));
  return { complaints, told };
}

Deno.test("a complaint goes to whoever sent what it names", () => {
  const { complaints, told } = listening("/a", "/b");
  assert.ok(complaints.heard("/fail", ["/a", "not found\n", 7]));
  assert.deepEqual(told, [["/a", "not found 7"]]);
});

Deno.test("a complaint that names nothing is about what was sent last", () => {
  const { complaints, told } = listening("/a", "/b");
  assert.ok(complaints.heard("/fail", ["Index out of range"]));
  assert.deepEqual(told, [["/b", "Index out of range"]]);
});

Deno.test("a complaint about somebody else's address is nobody's, and so is one that nobody waits for", () => {
  const { complaints, told } = listening("/a");
  assert.ok(!complaints.heard("/fail", ["/c", "no"]));
  assert.ok(!complaints.heard("/other", ["/a", "no"]));
  assert.ok(!new Complaints(undefined).heard("/fail", ["/a"]));
  const { complaints: nobody } = listening();
  assert.ok(!nobody.heard("/fail", ["no"]));
  assert.deepEqual(told, []);
});
