/** A nats-server, a bridge to an MCP server, and a caller, for one test. */
import { type Bus, getAsset, migrate, openBucket, readStream, request, subscribe } from "@patchbay/bus";
import type { Bridge, BridgeMode } from "@patchbay/bridge-kit";
import { startTestNats } from "@patchbay/testing";
import {
  AppEvent,
  type AssetRef,
  Cancel,
  type Command,
  encodeEnvelope,
  envelope,
  fromProblem,
  type Id,
  type JsonObject,
  ManifestDocument,
  newId,
  PatchbayError,
  Progress,
  Result,
  StateUpdate,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { join } from "node:path";
import { stringify } from "yaml";
import { readServerFile } from "../server_file.ts";
import { McpState } from "../state.ts";
import { startMcpBridge } from "../start.ts";

export const BRIDGE = "ws-07";

export interface McpStudio extends AsyncDisposable {
  bus: Bus;
  bridge: Bridge;
  app: string;
  workDir: string;
  call(command: string, args?: JsonObject, options?: { timeoutMs?: number; id?: Id }): Promise<unknown>;
  manifest(): Promise<ManifestDocument>;
  /** The state that the bridge reported last, once it has. */
  state(): Promise<McpState>;
  cancel(id: Id): void;
  progress(): ReturnType<typeof subscribe<typeof Progress>>;
  events(name: string): ReturnType<typeof subscribe<typeof AppEvent>>;
  bytes(asset: AssetRef): Promise<Uint8Array>;
}

export interface McpStudioOptions {
  /** As in the file, under `mcpServers`. */
  server: JsonObject;
  name?: string;
  mode?: BridgeMode;
  /** Kept from an earlier studio. */
  workDir?: string;
  ready?: boolean;
  silenceMs?: number;
}

export async function startMcpStudio(
  { server, name = "test", mode = "background", workDir, ready = true, silenceMs }: McpStudioOptions,
): Promise<McpStudio> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-mcp-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const file = join(folder, "servers.yaml");
  await Deno.writeTextFile(file, stringify({ mcpServers: { [name]: { cwd: folder, ...server } } }));
  const entry = await readServerFile(file);
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const work = workDir ?? join(folder, "work");
  const bridge = stack.use(
    await startMcpBridge({
      bus: await nats.connect("bridge"),
      bridge: BRIDGE,
      mode,
      server: entry,
      allowCode: false,
      workDir: work,
      backoff: { minMs: 10, maxMs: 50 },
      askIntervalMs: 5,
      ...(silenceMs === undefined ? {} : { silenceMs }),
    }),
  );
  if (ready) await bridge.ready(AbortSignal.timeout(20_000));
  const manifests = await openBucket(bus, "manifests", ManifestDocument);
  const all = stack.move();
  const { app } = entry;
  return {
    bus,
    bridge,
    app,
    workDir: work,
    async call(command, args = {}, { timeoutMs = 30_000, id = newId() } = {}) {
      const payload: Command = { command, args, priority: "normal", timeoutMs };
      const message = envelope({ type: "command", id, source: "test", target: `${app}.${BRIDGE}`, payload });
      const { payload: result } = await request(bus, subjects.command(app, BRIDGE, command), message, {
        payload: Result,
        absent: "BRIDGE_OFFLINE",
        timeoutMs: timeoutMs + 10_000,
      });
      if (!result.ok) throw fromProblem(result.problem);
      return result.value;
    },
    async manifest() {
      const found = await manifests.get(`${app}.${BRIDGE}`);
      if (found === undefined) throw new Error(`${app}.${BRIDGE} has announced nothing`);
      return found.value;
    },
    async state() {
      const updates = readStream(bus, "STATE", {
        subject: subjects.state(app, BRIDGE),
        payload: StateUpdate,
        from: "start",
        follow: true,
        signal: AbortSignal.timeout(10_000),
      });
      for await (const { message: { payload } } of updates) {
        if (payload.kind === "snapshot") return McpState.parse(payload.state);
      }
      throw new Error("there is no state");
    },
    cancel(commandId) {
      const payload: Cancel = { commandId };
      bus.nc.publish(
        subjects.cancel(commandId),
        encodeEnvelope(envelope({ type: "command", source: "test", payload })),
      );
    },
    progress: () => subscribe(bus, subjects.progress(WILDCARD), { payload: Progress }),
    events: (event) => subscribe(bus, subjects.event(app, BRIDGE, event), { payload: AppEvent }),
    async bytes({ id }) {
      const found = await getAsset(bus, id);
      return await new Response(found?.content).bytes();
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

export const code = (expected: string, message = /./) => (error: unknown) =>
  error instanceof PatchbayError && error.code === expected && message.test(error.message);

export async function until(condition: () => unknown): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Where `deno` keeps its packages: a child does not inherit that. */
const denoEnv = (): Record<string, string> => {
  const folder = Deno.env.get("DENO_DIR");
  return folder === undefined ? {} : { DENO_DIR: folder };
};

/** A published server, run as it is. */
export const published = (name: string, ...args: string[]): JsonObject => ({
  command: Deno.execPath(),
  args: ["run", "-A", `npm:@modelcontextprotocol/${name}@2026.8.31`, ...args],
  env: denoEnv(),
});

/** A server of this folder, with its manners. */
export const script = (file: URL, ...args: string[]): JsonObject => ({
  command: Deno.execPath(),
  args: ["run", "-A", "--no-check", file.pathname, ...args],
  env: denoEnv(),
});
