import assert from "node:assert/strict";
import { join } from "node:path";
import { createBusUser } from "@patchbay/bus/permissions";
import { PatchbayError } from "@patchbay/contracts";
import { type CredentialFile, credentialsFor, credentialsIn, readCredentialFile } from "./credentials.ts";

const file = (app?: string, bridge?: string): CredentialFile => ({
  path: `${app}-${bridge}.creds`,
  namesServer: true,
  ...(app === undefined ? {} : { app }),
  ...(bridge === undefined ? {} : { bridge }),
});

Deno.test("a bridge gets the credentials that name it, and else those that name nobody", () => {
  const files = [file("blender", "ws-07"), file("lamp", "desk"), file()];
  assert.equal(credentialsFor({ app: "lamp" }, files), files[1]);
  assert.equal(credentialsFor({ app: "lamp", bridge: "desk" }, files), files[1]);
  assert.equal(credentialsFor({ app: "lamp", bridge: "stage" }, files), files[2]);
  assert.equal(credentialsFor({ app: "osc" }, files), files[2]);
  assert.equal(credentialsFor({ app: "osc" }, files.slice(0, 2)), undefined);
});

Deno.test("two credentials of one application are told apart by the bridge's id, or refused", () => {
  const files = [file("blender", "ws-07"), file("blender", "ws-08")];
  assert.equal(credentialsFor({ app: "blender", bridge: "ws-08" }, files), files[1]);
  assert.throws(
    () => credentialsFor({ app: "blender" }, files),
    (error) => error instanceof PatchbayError && /blender@ws-07 or blender@ws-08/.test(error.remedy),
  );
});

Deno.test("a folder's credential files are read with whose they are", async () => {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-credentials-" });
  try {
    const { credentials } = createBusUser({ kind: "bridge", app: "lamp", bridge: "desk" }, { servers: ["nats://x"] });
    await Deno.writeTextFile(join(folder, "b.creds"), JSON.stringify(credentials));
    await Deno.writeTextFile(join(folder, "a.creds"), JSON.stringify({ user: "everybody", password: "p" }));
    await Deno.writeTextFile(join(folder, "notes.txt"), "no credentials");
    const found = (await credentialsIn(folder)).map(readCredentialFile);
    assert.deepEqual(found, [
      { path: join(folder, "a.creds"), namesServer: false },
      { path: join(folder, "b.creds"), app: "lamp", bridge: "desk", namesServer: true },
    ]);
    assert.deepEqual(await credentialsIn(join(folder, "nowhere")), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
