/**
 * Runs in the compose file's `setup` container. Without arguments it makes what is missing; `key` prints the gateway's key,
 * `bridge <app> <id>` prints new credentials for a bridge, `revoke <app> <id>` takes them back.
 */
import { PatchbayError } from "@patchbay/contracts";
import { createBridgeCredentials, hasTls, type InstallationOptions, keyFile, revokeBridge, setUp } from "./mod.ts";

const options: InstallationOptions = {
  root: "/var/lib/patchbay",
  storeDir: "/data",
  tlsDir: "/tls",
};
const say = (text: string) => Deno.stdout.write(new TextEncoder().encode(text));
const note = (text: string) => Deno.stderr.write(new TextEncoder().encode(`${text}\n`));
const RELOAD = "Then let nats-server read it: docker compose kill --signal HUP nats";

async function run([verb, app = "", bridge = "", server]: string[]): Promise<void> {
  switch (verb) {
    case undefined: {
      const made = await setUp(options);
      await note(made.length === 0 ? "Everything is there already" : `Made credentials for ${made.join(", ")}`);
      if (!isLoopback(Deno.env.get("PATCHBAY_NATS_BIND") ?? "127.0.0.1") && !await hasTls(options)) {
        await note(
          "WARNING: NATS is reachable from other machines without TLS: put nats.crt, nats.key and ca.crt into deploy/tls",
        );
      }
      return;
    }
    case "key":
      await say(await Deno.readTextFile(keyFile(options)));
      return;
    case "bridge": {
      const servers = server === undefined ? {} : { servers: [server] };
      await say(JSON.stringify(await createBridgeCredentials(options, { app, bridge, ...servers }), null, 2) + "\n");
      return void await note(`Keep this file private: it lets ${app}.${bridge} in. ${RELOAD}`);
    }
    case "revoke":
      await revokeBridge(options, { app, bridge });
      return void await note(`Revoked ${app}.${bridge}. ${RELOAD}`);
    default:
      throw new PatchbayError("INVALID_CONFIGURATION", `Cannot run '${verb}': there is key, bridge and revoke`);
  }
}

const isLoopback = (address: string) => address === "localhost" || address === "::1" || address.startsWith("127.");

try {
  await run(Deno.args);
} catch (error) {
  if (!(error instanceof PatchbayError)) throw error;
  await note(`${error.message}\n${error.remedy}`);
  Deno.exit(1);
}
