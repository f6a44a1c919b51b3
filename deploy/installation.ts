/**
 * What a studio server keeps of its own: who has a key, and where each key lies. The permission table says what each may do, so
 * the server's configuration is written anew at each start, from the users that there are and the table as it is then.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  BUS_SERVICES,
  type BusUser,
  createBusUser,
  type Identity,
  nameOf,
  natsUser,
  type NewCredentials,
} from "@patchbay/bus/permissions";
import { AppName, BridgeId, ConflictError, PatchbayError } from "@patchbay/contracts";
import { z } from "zod";
import { readIfThere, writePrivate } from "./private_files.ts";
import { formatStudioConfig } from "./studio_config.ts";

/** Where things lie; one folder each, because each part of the studio may see its own only. */
export interface InstallationOptions {
  /** Holds `setup/`, `nats/`, and a folder for each service. */
  root: string;
  /** Where nats-server keeps its data, as it sees it. */
  storeDir: string;
  /** A folder with `nats.crt`, `nats.key` and `ca.crt`, as every container sees it. Without them there is no TLS. */
  tlsDir: string;
}

const Service = z.enum(BUS_SERVICES);
const Users = z.array(z.object({
  identity: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("service"), service: Service }),
    z.object({ kind: z.literal("bridge"), app: AppName, bridge: BridgeId }),
    z.object({ kind: z.literal("operator") }),
  ]),
  nkey: z.string().regex(/^U[A-Z2-7]{55}$/),
}));
const Credentials = z.looseObject({ user: z.string(), seed: z.string(), tls: z.unknown().optional() });

const usersFile = ({ root }: InstallationOptions) => `${root}/setup/users.json`;
/** The gateway's API key, for people who set the studio up. */
export const keyFile = ({ root }: InstallationOptions) => `${root}/setup/key`;

/**
 * Makes what is missing, and keeps what is there: a user for each service and for the operator, the gateway's first key, and the
 * server's configuration. Safe to repeat.
 * @returns the names of the users that were made
 */
export async function setUp(options: InstallationOptions): Promise<string[]> {
  const users = await readUsers(options);
  const tls = await hasTls(options);
  const made: string[] = [];
  const wanted: Identity[] = [
    ...BUS_SERVICES.map((service): Identity => ({ kind: "service", service })),
    { kind: "operator" },
  ];
  for (const identity of wanted) {
    const name = nameOf(identity);
    const path = identity.kind === "operator"
      ? `${options.root}/setup/operator.json`
      : `${options.root}/${name}/credentials.json`;
    const known = users.has(name) ? await readIfThere(path) : undefined;
    const fresh = known === undefined ? createBusUser(identity) : undefined;
    // TLS may have been switched on or off since they were made
    const { tls: _before, ...credentials } = fresh?.credentials ?? Credentials.parse(JSON.parse(known ?? ""));
    const now = { ...credentials, ...(tls ? { tls: { caFile: `${options.tlsDir}/ca.crt` } } : {}) };
    await writePrivate(path, JSON.stringify(now, null, 2) + "\n");
    if (fresh === undefined) continue;
    users.set(name, fresh.user);
    made.push(name);
  }
  await createKey(options);
  await save(options, users);
  return made;
}

/**
 * Makes a user for one bridge. The credentials are given once and not kept; a second call for the same bridge takes the first
 * key's rights away.
 * @throws {PatchbayError} `INVALID_CONFIGURATION` for a name that cannot be, or before the studio was set up
 */
export async function createBridgeCredentials(
  options: InstallationOptions,
  init: { app: string; bridge: string; servers?: string[]; caFile?: string },
): Promise<NewCredentials> {
  const identity = bridgeIdentity(init);
  const users = await readUsers(options);
  if (users.size === 0) {
    throw new PatchbayError("INVALID_CONFIGURATION", `Cannot add a bridge: nothing is set up in ${options.root}`, {
      remedy: "Start the studio server once: `docker compose up -d`.",
    });
  }
  const { user, credentials } = createBusUser(identity, {
    ...(init.servers === undefined ? {} : { servers: init.servers }),
    ...(init.caFile === undefined ? {} : { tls: { caFile: init.caFile } }),
  });
  users.set(nameOf(identity), user);
  await save(options, users);
  return credentials;
}

/** Takes a bridge's rights away. @throws {ConflictError} there is no such bridge */
export async function revokeBridge(
  options: InstallationOptions,
  init: { app: string; bridge: string },
): Promise<void> {
  const name = nameOf(bridgeIdentity(init));
  const users = await readUsers(options);
  if (!users.delete(name)) {
    throw new ConflictError("CONFLICT", `Cannot revoke ${name}: it has no credentials`, {
      context: { available: [...users.keys()] },
    });
  }
  await save(options, users);
}

/** Whether nats-server has what TLS needs. */
export async function hasTls({ tlsDir }: InstallationOptions): Promise<boolean> {
  const there = await Promise.all(["nats.crt", "nats.key", "ca.crt"].map((name) => exists(`${tlsDir}/${name}`)));
  return there.every(Boolean);
}

function bridgeIdentity({ app, bridge }: { app: string; bridge: string }): Identity {
  const parsed = z.object({ app: AppName, bridge: BridgeId }).safeParse({ app, bridge });
  if (parsed.success) return { kind: "bridge", ...parsed.data };
  const [issue] = parsed.error.issues;
  throw new PatchbayError(
    "INVALID_CONFIGURATION",
    `Cannot make credentials for '${app}.${bridge}': ${issue?.path.join(".")} must be ${issue?.message}`,
  );
}

async function readUsers(options: InstallationOptions): Promise<Map<string, BusUser>> {
  const path = usersFile(options);
  const text = await readIfThere(path);
  if (text === undefined) return new Map();
  const parsed = Users.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new PatchbayError("INVALID_CONFIGURATION", `Cannot read ${path}: ${z.prettifyError(parsed.error)}`);
  }
  return new Map(parsed.data.map((user) => [nameOf(user.identity), user]));
}

async function save(options: InstallationOptions, users: ReadonlyMap<string, BusUser>): Promise<void> {
  const { root, storeDir, tlsDir } = options;
  await writePrivate(usersFile(options), JSON.stringify([...users.values()], null, 2) + "\n");
  const config = formatStudioConfig({
    users: [...users.values()].map(natsUser),
    storeDir,
    ...(await hasTls(options) ? { tls: { certFile: `${tlsDir}/nats.crt`, keyFile: `${tlsDir}/nats.key` } } : {}),
  });
  await writePrivate(`${root}/nats/nats-server.conf`, config);
}

/** The gateway gets the hash; the key itself stays where only setup sees it. */
async function createKey(options: InstallationOptions): Promise<void> {
  const known = await readIfThere(keyFile(options));
  const path = `${options.root}/gateway/keys.json`;
  if (known !== undefined && await exists(path)) return;
  const id = randomBytes(4).toString("hex");
  const key = known?.trim() ?? `pb_${id}_${randomBytes(32).toString("base64url")}`;
  const record = {
    id: key.split("_")[1] ?? id,
    name: "first key",
    hash: createHash("sha256").update(key).digest("hex"),
    scopes: ["read", "write", "destructive", "code", "admin"],
  };
  await writePrivate(keyFile(options), `${key}\n`);
  await writePrivate(path, JSON.stringify({ keys: [record] }, null, 2) + "\n");
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);
