/** The embedded studio: a nats-server of its own, every service, and a bridge for each application, in one process. */
import { join } from "node:path";
import { findBlender, startBlenderBridge } from "@patchbay/bridge-blender";
import type { Bridge, BridgeDefinition } from "@patchbay/bridge-kit";
import { type Bus, connectBus, migrate } from "@patchbay/bus";
import { provisionNatsServer, startNatsServer } from "@patchbay/bus/nats-server";
import { BUS_SERVICES, createBusUser, type Identity, nameOf, natsUser } from "@patchbay/bus/permissions";
import { startConductor } from "@patchbay/conductor";
import { startContextStore } from "@patchbay/context-store";
import { type BridgeId, PatchbayError } from "@patchbay/contracts";
import { apiKeyRecord, createApiKey, type Gateway, type GatewayOptions, Scope, startGateway } from "@patchbay/gateway";
import { startLlmPlanner } from "@patchbay/llm-planner";
import { configureLogging } from "@patchbay/telemetry";
import { statusLines } from "../bridges/status_lines.ts";
import { machineName } from "../workstation.ts";
import { openHome, type StudioHome } from "./home.ts";
import { chooseMode, type ChooseOptions } from "./stand_in.ts";

export interface StudioOptions {
  /** Where everything is kept: see {@linkcode homePath}. */
  home: string;
  /** Where the gateway listens on loopback; 0 takes any free port. */
  port: number;
  /** Whether another port will do where this one is taken. */
  portFallback: boolean;
  /** A Blender in the background, the artist's own window, or the simulator. */
  blender: "background" | "interface" | "simulator";
  /** @default the Blender on the PATH or in the usual places; the simulator where there is none */
  blenderPath?: string;
  /** Whether commands may run code inside the applications. */
  allowCode: boolean;
  /** Bridges besides Blender's, each with a user of its own. */
  more?: readonly StudioBridge[];
  /** Who plans, unless the caller says otherwise. */
  provider?: string;
  /** Takes each line for the person who waits. */
  say: (line: string) => void;
  signal: AbortSignal;
}

/** A bridge that the studio starts and lets in. */
export interface StudioBridge {
  definition: BridgeDefinition;
  /** @default this machine's name */
  bridge?: BridgeId;
  argument?: string;
}

/** A running studio. Disposing it takes everything down, in the reverse order. */
export interface Studio extends AsyncDisposable {
  /** The gateway: `http://127.0.0.1:7420`. */
  readonly url: string;
  readonly key: string;
  /** Of the nats-server. */
  readonly natsUrl: string;
  readonly bridges: readonly Bridge[];
  /** Resolves once every application takes commands. */
  bridgesReady(signal: AbortSignal): Promise<void>;
}

/** Whoever presses Ctrl-C wants the machine back: what an application is at is cancelled after so long, in milliseconds. */
const DRAIN_MS = 2_000;

/**
 * Brings the studio up and resolves once the gateway answers; applications may still be starting.
 * @throws {PatchbayError} `ALREADY_RUNNING`, `NATS_SERVER_MISSING`, `PORT_IN_USE`, …
 */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { say, signal, allowCode } = options;
  await using parts = new AsyncDisposableStack();
  const blender = await chooseBlender(options);
  say(blender.line);
  const home = parts.use(await openHome(options.home, () => createApiKey({ name: "studio", scopes: [] }).text));
  const logFile = join(home.path, "logs", "studio.jsonl");
  await Deno.mkdir(join(home.path, "logs"), { recursive: true, mode: 0o700 });
  parts.use(await configureLogging({ file: logFile, consoleLevel: "error", format: "pretty" }));

  const { path: binary } = await provisionNatsServer({ signal, onProgress: say });
  const bridge = machineName();
  const choose = chooseOptions(options);
  const more = await Promise.all(
    (options.more ?? []).map(async (item) => ({
      ...item,
      bridge: item.bridge ?? bridge,
      mode: await chooseMode(item, choose),
    })),
  );
  const users = createUsers([
    { kind: "operator" },
    ...BUS_SERVICES.map((service) => ({ kind: "service", service }) as const),
    { kind: "bridge", app: "blender", bridge },
    ...more.map(({ definition: { app }, bridge }) => ({ kind: "bridge", app, bridge }) as const),
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
  parts.use(await startLlmPlanner({ bus: await connect("llm-planner"), ...provider(options) }));
  const gateway = parts.use(
    await startGatewaySomewhere(options, {
      bus: await connect("gateway"),
      keys: [keyOf(home)],
      ...defaultProvider(options),
    }),
  );
  const bridges = [
    parts.use(
      await startBlenderBridge({
        bus: await connect(`blender.${bridge}`),
        bridge,
        ...blender.choice,
        allowCode,
        workDir: join(home.path, "bridges", `blender-${bridge}`),
        drainTimeoutMs: DRAIN_MS,
      }),
    ),
  ];
  for (const { definition, bridge, argument, mode } of more) {
    const started = await definition.start({
      bus: await connect(`${definition.app}.${bridge}`),
      bridge,
      mode,
      ...(argument === undefined ? {} : { argument }),
      allowCode,
      workDir: join(home.path, "bridges", `${definition.app}-${bridge}`),
      drainTimeoutMs: DRAIN_MS,
      onChange: statusLines(`${definition.app}.${bridge}`, say),
    });
    bridges.push(parts.use(started));
  }
  await home.announce({ url: gateway.url, pid: Deno.pid, startedAt: Date.now() });
  const running = parts.move();
  return {
    url: gateway.url,
    key: home.key,
    natsUrl: nats.url,
    bridges,
    bridgesReady: async (signal) => void await Promise.all(bridges.map((bridge) => bridge.ready(signal))),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
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

type BlenderChoice = { mode: StudioOptions["blender"]; blenderPath?: string };

/** Which Blender it will be, and the line that says so. @throws {PatchbayError} `APP_NOT_FOUND` for a named path that is none */
async function chooseBlender(
  { blender: mode, blenderPath: path }: StudioOptions,
): Promise<{ choice: BlenderChoice; line: string }> {
  if (mode === "simulator") {
    return { choice: { mode }, line: "The Blender simulator stands in for Blender, as you asked." };
  }
  try {
    const blenderPath = await findBlender(path === undefined ? {} : { path });
    const how = mode === "interface" ? "waiting for its window: enable the Patchbay add-on there" : "in the background";
    return { choice: { mode, blenderPath }, line: `Blender at ${blenderPath}, ${how}.` };
  } catch (error) {
    if (path !== undefined || !(error instanceof PatchbayError) || error.code !== "APP_NOT_FOUND") throw error;
    const line = "No Blender found: the Blender simulator stands in (install Blender, or name it with --blender PATH).";
    return { choice: { mode: "simulator" }, line };
  }
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

const chooseOptions = ({ blender: mode, say, signal }: StudioOptions): ChooseOptions => ({
  simulate: mode === "simulator",
  mode: mode === "simulator" ? "background" : mode,
  say,
  signal,
});

const provider = ({ provider }: StudioOptions) => provider === undefined ? {} : { provider };
const defaultProvider = ({ provider }: StudioOptions) => provider === undefined ? {} : { defaultProvider: provider };
