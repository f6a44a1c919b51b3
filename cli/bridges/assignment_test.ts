import assert from "node:assert/strict";
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { assign, refuseTwins } from "./assignment.ts";
import type { CredentialFile } from "./credentials.ts";

const lamp: BridgeDefinition = { app: "lamp", title: "Lamp", start: () => Promise.reject(new Error("not today")) };
const desk: CredentialFile = { path: "desk.creds", app: "lamp", bridge: "desk", namesServer: true };

Deno.test("a bridge is called as its item says, then as the option, then as its credentials, then as the machine", () => {
  const server = "nats://studio";
  assert.equal(assign(lamp, { bridge: "a" }, { server, credentials: [], id: "b" }).address, "lamp.a");
  assert.equal(assign(lamp, {}, { server, credentials: [], id: "b" }).address, "lamp.b");
  assert.equal(assign(lamp, {}, { credentials: [desk] }).address, "lamp.desk");
  assert.match(assign(lamp, {}, { server, credentials: [] }).address, /^lamp\.[A-Za-z0-9]/);
});

Deno.test("a bridge that nobody lets in is refused with who would be", () => {
  assert.throws(() => assign(lamp, { bridge: "stage" }, { credentials: [desk] }), /lamp\.stage: there are lamp\.desk/);
});

Deno.test("a bridge that does not know where the studio is is refused with the options that say it", () => {
  assert.throws(() => assign(lamp, {}, { credentials: [] }), /neither --server nor --credentials/);
  const silent = { ...desk, namesServer: false };
  assert.throws(() => assign(lamp, {}, { credentials: [silent] }), /neither --server nor desk\.creds/);
});

Deno.test("two bridges cannot have one address", () => {
  const twin = assign(lamp, {}, { credentials: [desk] });
  refuseTwins([twin, assign(lamp, { bridge: "two" }, { server: "nats://x", credentials: [] })]);
  assert.throws(() => refuseTwins([twin, twin]), /two bridges as lamp\.desk/);
});
