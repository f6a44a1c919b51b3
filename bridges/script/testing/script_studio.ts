/** A nats-server, a bridge to a script, and a caller, for one test. */
import { type Bus, migrate, openBucket, readStream, request, subscribe } from "@patchbay/bus";
import type { Bridge, BridgeMode } from "@patchbay/bridge-kit";
import { hasProgram, startTestNats } from "@patchbay/testing";
import {
  AppEvent,
  Cancel,
  ChannelSample,
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
import { fileURLToPath } from "node:url";
import { readScript, type ScriptEntry } from "../script_file.ts";
import { startScriptBridge } from "../start.ts";

export const BRIDGE = "desk";

export interface ScriptStudioOptions {
  /** As after `script:`. */
  argument: string;
  mode?: BridgeMode;
  ready?: boolean;
  silenceMs?: number;
  change?: (script: ScriptEntry) => ScriptEntry;
}

export interface ScriptStudio extends AsyncDisposable {
  bus: Bus;
  bridge: Bridge;
  app: string;
  workDir: string;
  linksDir: string;
  call(command: string, args?: JsonObject, options?: { timeoutMs?: number; id?: Id }): Promise<unknown>;
  manifest(): Promise<ManifestDocument>;
  /** The state that was reported whole first. */
  state(): Promise<unknown>;
  cancel(id: Id): void;
  progress(): ReturnType<typeof subscribe<typeof Progress>>;
  events(name: string): ReturnType<typeof subscribe<typeof AppEvent>>;
  channel(name: string): ReturnType<typeof subscribe<typeof ChannelSample>>;
}

export async function startScriptStudio(
  { argument, mode = "background", ready = true, silenceMs, change = (script) => script }: ScriptStudioOptions,
): Promise<ScriptStudio> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-script-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const script = change(await readScript(argument));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const [workDir, linksDir] = [join(folder, "work"), join(folder, "links")];
  const bridge = stack.use(
    await startScriptBridge({
      bus: await nats.connect("bridge"),
      bridge: BRIDGE,
      mode,
      script,
      allowCode: false,
      workDir,
      linksDir,
      backoff: { minMs: 10, maxMs: 50 },
      ...(silenceMs === undefined ? {} : { silenceMs }),
    }),
  );
  if (ready) await bridge.ready(AbortSignal.timeout(20_000));
  const manifests = await openBucket(bus, "manifests", ManifestDocument);
  const all = stack.move();
  const { app } = script;
  return {
    bus,
    bridge,
    app,
    workDir,
    linksDir,
    async call(command, args = {}, { timeoutMs = 20_000, id = newId() } = {}) {
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
        if (payload.kind === "snapshot") return payload.state;
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
    channel: (name) => subscribe(bus, subjects.channel(app, BRIDGE, name), { payload: ChannelSample }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

export const code = (expected: string, message = /./) => (error: unknown) =>
  error instanceof PatchbayError && error.code === expected && message.test(error.message);

export async function until(condition: () => unknown): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export const fileOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const hasPython = await hasProgram("python3");
