/** The embedded studio: a nats-server of its own, every service, and the bridges, in one process. */
import { join } from "node:path";
import type { Bridge, BridgeDefinition, BridgeMode } from "@patchbay/bridge-kit";
import { type Bus, connectBus, migrate } from "@patchbay/bus";
import { provisionNatsServer, startNatsServer } from "@patchbay/bus/nats-server";
import { BUS_SERVICES, createBusUser, type Identity, nameOf, natsUser } from "@patchbay/bus/permissions";
import { startConductor } from "@patchbay/conductor";
import { startContextStore } from "@patchbay/context-store";
import { PatchbayError } from "@patchbay/contracts";
import { apiKeyRecord, createApiKey, type Gateway, type GatewayOptions, Scope, startGateway } from "@patchbay/gateway";
import { startLlmPlanner } from "@patchbay/llm-planner";
import { configureLogging } from "@patchbay/telemetry";
import { statusLines } from "../bridges/status_lines.ts";
import { serveRehearsals } from "../rehearsal/serve.ts";
import { machineName } from "../workstation.ts";
import { chooseBridges, type Wanted } from "./choose_bridges.ts";
import { openHome, type StudioHome } from "./home.ts";

export interface StudioOptions {
  /** Where everything is kept: see {@linkcode homePath}. */
  home: string;
  /** Where the gateway listens on loopback; 0 takes any free port. */
  port: number;
  /** Whether another port will do where this one is taken. */
  portFallback: boolean;
  /** How applications are started that can do without a window; the others, and `interface`, wait for the artist's. */
  mode: BridgeMode;
  /** Whether commands may run code inside the applications. */
  allowCode: boolean;
  /** Bridges that are started in any case, each with a user of its own; simulators stand in for what is not here. */
  bridges: readonly Wanted[];
  /** Applications that get a bridge where they are found. @default none */
  lookFor?: readonly BridgeDefinition[];
  /** Who plans, unless the caller says otherwise. */
  provider?: string;
  /** Takes each line for the person who waits. */
  say: (line: string) => void;
  signal: AbortSignal;
}

/** A running studio. Disposing it takes everything down, in the reverse order. */
export interface Studio extends AsyncDisposable {
  /** The gateway: `http://127.0.0.1:7420`. */
  readonly url: string;
  readonly key: string;
  /** Of the nats-server. */
  readonly natsUrl: string;
  readonly bridges: readonly Bridge[];
  /** Resolves once every application that was asked for takes commands; those that were only found may be closed. */
  bridgesReady(signal: AbortSignal): Promise<void>;
}

/** What was found here and is open has met its bridge after so long, in milliseconds. */
const MEETING_MS = 3_000;
/** Whoever presses Ctrl-C wants the machine back: what an application is at is cancelled after so long, in milliseconds. */
const DRAIN_MS = 2_000;

/**
 * Brings the studio up and resolves once the gateway answers; applications may still be starting.
 * @throws {PatchbayError} `ALREADY_RUNNING`, `NATS_SERVER_MISSING`, `PORT_IN_USE`, …
 */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { say, signal, allowCode } = options;
  await using parts = new AsyncDisposableStack();
  const machine = machineName();
  const chosen = (await chooseBridges(options.bridges, options.lookFor ?? [], options))
    .map(({ bridge = machine, ...one }) => ({ ...one, bridge }));
  const home = parts.use(await openHome(options.home, () => createApiKey({ name: "studio", scopes: [] }).text));
  const logFile = join(home.path, "logs", "studio.jsonl");
  await Deno.mkdir(join(home.path, "logs"), { recursive: true, mode: 0o700 });
  parts.use(await configureLogging({ file: logFile, consoleLevel: "error", format: "pretty" }));

  const { path: binary } = await provisionNatsServer({ signal, onProgress: say });
  const users = createUsers([
    { kind: "operator" },
    ...BUS_SERVICES.map((service) => ({ kind: "service", service }) as const),
    ...chosen.map(({ definition: { app }, bridge }) => ({ kind: "bridge", app, bridge }) as const),
  ]);
  const nats = parts.use(
    await startNatsServer({
      binary,
      storeDir: join(home.path, "nats"),
      users: [...users.values()].map(({ user }) => natsUser(user)),
      keepRunning: true,
      signal,
    }),
  );
  const connect = async (name: string): Promise<Bus> => {
    const { seed, inboxPrefix } = users.get(name)!.credentials;
    return parts.use(await connectBus({ servers: nats.url, name, seed, inboxPrefix, signal }));
  };

  await migrate(await connect("operator"), { signal });
  parts.use(await startContextStore({ bus: await connect("context-store") }));
  parts.use(await startConductor({ bus: await connect("conductor") }));
  parts.use(
    await serveRehearsals({
      bus: await connect("rehearsal"),
      folder: join(home.path, "rehearsals"),
      items: Object.fromEntries(
        chosen.flatMap(({ definition, item }) => item === undefined ? [] : [[definition.app, item]]),
      ),
    }),
  );
  parts.use(await startLlmPlanner({ bus: await connect("llm-planner"), ...provider(options) }));
  const gateway = parts.use(
    await startGatewaySomewhere(options, {
      bus: await connect("gateway"),
      keys: [keyOf(home)],
      ...defaultProvider(options),
    }),
  );
  const startOne = async ({ definition, bridge, argument, mode }: typeof chosen[number]): Promise<Bridge> => {
    const tell = statusLines(`${definition.app}.${bridge}`, say);
    return parts.use(
      await definition.start({
        bus: await connect(`${definition.app}.${bridge}`),
        bridge,
        mode,
        ...(argument === undefined ? {} : { argument }),
        allowCode,
        workDir: join(home.path, "bridges", `${definition.app}-${bridge}`),
        drainTimeoutMs: DRAIN_MS,
        // that it starts, the line above has said
        onChange: (now) => now.status === "initializing" ? undefined : tell(now),
      }),
    );
  };
  const bridges = await allOf(chosen.map(startOne));
  const found = bridges.filter((_, i) => chosen[i]?.asked === false);
  await home.announce({ url: gateway.url, pid: Deno.pid, startedAt: Date.now() });
  const running = parts.move();
  return {
    url: gateway.url,
    key: home.key,
    natsUrl: nats.url,
    bridges,
    bridgesReady: (signal) => whenReady(bridges.filter((bridge) => !found.includes(bridge)), found, signal),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** All of them, or the first failure once none of them is under way any more. */
async function allOf<T>(starting: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(starting);
  return await Promise.all(starting);
}

/** Those that were only found are waited for no longer than it takes to meet an application that is open. */
async function whenReady(asked: readonly Bridge[], found: readonly Bridge[], signal: AbortSignal): Promise<void> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(MEETING_MS)]);
  await Promise.all([
    ...asked.map((bridge) => bridge.ready(signal)),
    ...found.map((bridge) => bridge.ready(soon).catch(() => signal.throwIfAborted())),
  ]);
}

/** @throws {PatchbayError} `INVALID_CONFIGURATION` for a key file that somebody has changed */
function keyOf({ path, key }: StudioHome) {
  try {
    return apiKeyRecord(key, { name: "studio", scopes: Scope.options });
  } catch (cause) {
    throw new PatchbayError("INVALID_CONFIGURATION", `Cannot use the API key in ${join(path, "key")}: it is none`, {
      cause,
      remedy: "Delete the file: the studio makes a new key.",
    });
  }
}

/** A user for each part, with the rights that the permission table gives it; made anew at each start. */
function createUsers(identities: readonly Identity[]): Map<string, ReturnType<typeof createBusUser>> {
  return new Map(identities.map((identity) => [nameOf(identity), createBusUser(identity)]));
}

async function startGatewaySomewhere(
  { port, portFallback, say }: StudioOptions,
  options: GatewayOptions,
): Promise<Gateway> {
  try {
    return await startGateway({ ...options, port });
  } catch (error) {
    if (!(error instanceof PatchbayError) || error.code !== "PORT_IN_USE" || !portFallback) throw error;
    const gateway = await startGateway({ ...options, port: 0 });
    say(`Port ${port} is taken: the gateway listens on ${gateway.port} instead.`);
    return gateway;
  }
}

const provider = ({ provider }: StudioOptions) => provider === undefined ? {} : { provider };
const defaultProvider = ({ provider }: StudioOptions) => provider === undefined ? {} : { defaultProvider: provider };
