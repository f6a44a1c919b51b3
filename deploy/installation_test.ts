import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { PatchbayError } from "@patchbay/contracts";
import { createBridgeCredentials, type InstallationOptions, keyFile, revokeBridge, setUp } from "./installation.ts";

/** An empty installation in a folder of its own. */
async function newInstallation(): Promise<InstallationOptions & AsyncDisposable> {
  const root = await Deno.makeTempDir();
  return {
    root,
    storeDir: `${root}/data`,
    tlsDir: `${root}/tls`,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

const read = async (path: string) => JSON.parse(await Deno.readTextFile(path));
const config = ({ root }: InstallationOptions) => Deno.readTextFile(`${root}/nats/nats-server.conf`);

Deno.test("the first set-up makes a user for each service and the operator, and the gateway's key", async () => {
  await using installation = await newInstallation();
  const made = await setUp(installation);
  assert.deepEqual(made, ["gateway", "llm-planner", "conductor", "context-store", "rehearsal", "operator"]);
  const { user, seed, inboxPrefix } = await read(`${installation.root}/conductor/credentials.json`);
  assert.deepEqual([user, inboxPrefix], ["conductor", "_INBOX_conductor"]);
  assert.match(seed, /^SU[A-Z2-7]{56}$/);
  const key = (await Deno.readTextFile(keyFile(installation))).trim();
  assert.match(key, /^pb_[0-9a-f]{8}_[A-Za-z0-9_-]{43}$/);
  const { keys: [record] } = await read(`${installation.root}/gateway/keys.json`);
  assert.equal(record.hash, createHash("sha256").update(key).digest("hex"));
  assert.equal(record.id, key.split("_")[1]);
});

Deno.test({ name: "every secret is for its owner only", ignore: Deno.build.os === "windows" }, async () => {
  await using installation = await newInstallation();
  await setUp(installation);
  for (
    const path of [
      "setup/key",
      "setup/users.json",
      "setup/operator.json",
      "gateway/credentials.json",
      "nats/nats-server.conf",
    ]
  ) {
    const { mode } = await Deno.stat(`${installation.root}/${path}`);
    assert.equal((mode ?? 0) & 0o777, 0o600, path);
  }
});

Deno.test("the server's configuration and the list of users hold no secret", async () => {
  await using installation = await newInstallation();
  await setUp(installation);
  await createBridgeCredentials(installation, { app: "blender", bridge: "ws-07" });
  for (const text of [await config(installation), await Deno.readTextFile(`${installation.root}/setup/users.json`)]) {
    assert.doesNotMatch(text, /SU[A-Z2-7]{56}|password/);
  }
});

Deno.test("a second set-up keeps keys and bridges", async () => {
  await using installation = await newInstallation();
  await setUp(installation);
  await createBridgeCredentials(installation, { app: "blender", bridge: "ws-07" });
  const before = [await config(installation), await Deno.readTextFile(keyFile(installation))];
  assert.deepEqual(await setUp(installation), []);
  assert.deepEqual([await config(installation), await Deno.readTextFile(keyFile(installation))], before);
});

Deno.test("a service whose credentials were lost gets new ones, and the old key no longer counts", async () => {
  await using installation = await newInstallation();
  await setUp(installation);
  const before = await read(`${installation.root}/setup/users.json`);
  await Deno.remove(`${installation.root}/conductor/credentials.json`);
  assert.deepEqual(await setUp(installation), ["conductor"]);
  const after = await read(`${installation.root}/setup/users.json`);
  const nkey = (users: { identity: { service?: string }; nkey: string }[]) =>
    users.find(({ identity }) => identity.service === "conductor")?.nkey;
  assert.notEqual(nkey(before), nkey(after));
  assert.equal(before.length, after.length);
});

Deno.test("with certificates everybody uses TLS, without them nobody does", async () => {
  await using installation = await newInstallation();
  await setUp(installation);
  assert.equal((await read(`${installation.root}/gateway/credentials.json`)).tls, undefined);
  await Deno.mkdir(installation.tlsDir);
  for (const name of ["nats.crt", "nats.key", "ca.crt"]) await Deno.writeTextFile(`${installation.tlsDir}/${name}`, "");
  await setUp(installation);
  assert.deepEqual((await read(`${installation.root}/gateway/credentials.json`)).tls, {
    caFile: `${installation.tlsDir}/ca.crt`,
  });
  assert.match(await config(installation), /"cert_file"/);
  await Deno.remove(installation.tlsDir, { recursive: true });
  await setUp(installation);
  assert.equal((await read(`${installation.root}/gateway/credentials.json`)).tls, undefined);
  assert.doesNotMatch(await config(installation), /cert_file/);
});

Deno.test("a bridge's credentials name it, its server and its inbox; new ones replace the old", async () => {
  await using installation = await newInstallation();
  await setUp(installation);
  const init = { app: "blender", bridge: "ws-07", servers: ["tls://studio:4222"] };
  const first = await createBridgeCredentials(installation, init);
  const { seed, ...rest } = await createBridgeCredentials(installation, init);
  assert.notEqual(seed, first.seed);
  assert.deepEqual(rest, {
    user: "blender.ws-07",
    app: "blender",
    bridge: "ws-07",
    inboxPrefix: "_INBOX_bridge.blender.ws-07",
    servers: ["tls://studio:4222"],
  });
  const users: { identity: { kind: string } }[] = await read(`${installation.root}/setup/users.json`);
  assert.equal(users.filter(({ identity }) => identity.kind === "bridge").length, 1);
});

Deno.test("a revoked bridge is in the configuration no more", async () => {
  await using installation = await newInstallation();
  await setUp(installation);
  await createBridgeCredentials(installation, { app: "blender", bridge: "ws-07" });
  assert.match(await config(installation), /blender\.ws-07/);
  await revokeBridge(installation, { app: "blender", bridge: "ws-07" });
  assert.doesNotMatch(await config(installation), /blender\.ws-07/);
  await assert.rejects(revokeBridge(installation, { app: "blender", bridge: "ws-07" }), /it has no credentials/);
});

for (
  const [app, bridge] of [["Blender", "ws-07"], ["blender", "any"], ["blender", "ws.07"], ["blender", "*"], ["", ">"]]
) {
  Deno.test(`'${app}.${bridge}' gets no credentials`, async () => {
    await using installation = await newInstallation();
    await setUp(installation);
    await assert.rejects(
      createBridgeCredentials(installation, { app: app ?? "", bridge: bridge ?? "" }),
      (error) => error instanceof PatchbayError && error.code === "INVALID_CONFIGURATION",
    );
  });
}

Deno.test("before the first set-up no bridge gets credentials", async () => {
  await using installation = await newInstallation();
  await assert.rejects(createBridgeCredentials(installation, { app: "blender", bridge: "ws-07" }), /nothing is set up/);
});
