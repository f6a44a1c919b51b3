/** For tests: a nats-server, a bridge that a manifest file makes, and a caller. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bridge, BridgeMode } from "@patchbay/bridge-kit";
import { type Bus, migrate, putAsset, request, subscribe } from "@patchbay/bus";
import {
  AppEvent,
  type AppManifest,
  type AssetRef,
  ChannelSample,
  Command,
  envelope,
  fromProblem,
  JsonObject,
  newId,
  Result,
  subjects,
} from "@patchbay/contracts";
import { States } from "./states.ts";
import { startTestNats } from "@patchbay/testing";
import { appManifest, type LoadedManifest, type ManifestFile, readManifestFile, startOscBridge } from "../mod.ts";

export const BRIDGE = "ws-07";

/** The lights desk of the tests. */
export const lights = (over: Partial<ManifestFile> = {}): Promise<LoadedManifest> =>
  loadedWith(fileURLToPath(new URL("./lights.yaml", import.meta.url)), over);

export async function loadedWith(path: string, over: Partial<ManifestFile> = {}): Promise<LoadedManifest> {
  const loaded = await readManifestFile(path);
  return { ...loaded, file: { ...loaded.file, ...over } };
}

export interface OscStudio extends AsyncDisposable {
  readonly bus: Bus;
  readonly bridge: Bridge;
  readonly manifest: AppManifest;
  /** The commands that were executed, so that none is forgotten. */
  readonly executed: ReadonlySet<string>;
  /** The value of a command. @throws the problem that it was answered with */
  call(command: string, args?: JsonObject, timeoutMs?: number): Promise<JsonObject>;
  /** Calls the command that takes another one back. */
  undo(command: string, args: JsonObject, result: JsonObject): Promise<JsonObject>;
  events(name: string): Promise<Listened<JsonObject>>;
  channel(name: string): Promise<Listened<unknown>>;
  /** Resolves with the state once it fits, as it is published. */
  state(fits: (state: JsonObject) => boolean): Promise<JsonObject>;
  store(name: string, mediaType: string, content: Uint8Array): Promise<AssetRef>;
}

export interface Listened<T> extends AsyncDisposable {
  first(fits?: (value: T) => boolean): Promise<T>;
}

export interface OscStudioOptions {
  loaded: LoadedManifest;
  /** @default "interface": somebody else has started the program */
  mode?: BridgeMode;
  pingIntervalMs?: number;
  /** Whether it waits for the program. @default true */
  ready?: boolean;
}

export async function startOscStudio(
  { loaded, mode = "interface", pingIntervalMs, ready = true }: OscStudioOptions,
): Promise<OscStudio> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-osc-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const { app } = loaded.file;
  const manifest = appManifest(loaded.file);
  const states = new States(bus, app, BRIDGE);
  stack.use(states);
  await bus.nc.flush();
  const bridge = stack.use(
    await startOscBridge({
      loaded,
      mode,
      ...(pingIntervalMs === undefined ? {} : { pingIntervalMs }),
      bus: await nats.connect("bridge"),
      bridge: BRIDGE,
      allowCode: false,
      workDir: join(folder, "work"),
    }),
  );
  if (ready) await bridge.ready(AbortSignal.timeout(20_000));
  const executed = new Set<string>();
  const call = async (command: string, args: JsonObject = {}, timeoutMs = 20_000): Promise<JsonObject> => {
    const payload: Command = { command, args, priority: "normal", timeoutMs };
    const message = envelope({ type: "command", id: newId(), source: "test", target: `${app}.${BRIDGE}`, payload });
    const { payload: result } = await request(bus, subjects.command(app, BRIDGE, command), message, {
      payload: Result,
      absent: "BRIDGE_OFFLINE",
      timeoutMs: timeoutMs + 5_000,
    });
    if (!result.ok) throw fromProblem(result.problem);
    executed.add(command);
    return JsonObject.parse(result.value);
  };
  const held = stack.move();
  return {
    bus,
    bridge,
    manifest,
    executed,
    call,
    undo(command, args, result) {
      const undo = manifest.commands[command]?.undo;
      if (typeof undo !== "object") throw new Error(`${command} has no inverse`);
      return call(undo.command, JsonObject.parse(bound(undo.args ?? {}, { args, result })));
    },
    async events(name) {
      const events = subscribe(bus, subjects.event(app, BRIDGE, name), { payload: AppEvent });
      await bus.nc.flush();
      return listened(events, ({ message }) => JsonObject.parse(message.payload.data));
    },
    async channel(name) {
      const values = subscribe(bus, subjects.channel(app, BRIDGE, name), { payload: ChannelSample });
      await bus.nc.flush();
      return listened(values, ({ message }) => message.payload.value);
    },
    state: (fits) => states.once(fits),
    store: (name, mediaType, content) => putAsset(bus, { name, mediaType }, content),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function listened<M, T>(messages: AsyncIterable<M> & AsyncDisposable, read: (message: M) => T): Listened<T> {
  // one iterator for all waits: what comes between two of them is not lost
  const iterator = messages[Symbol.asyncIterator]();
  return {
    async first(fits = () => true) {
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        const value = read(next.value);
        if (fits(value)) return value;
      }
      throw new Error("Cannot wait: the subscription ended");
    },
    [Symbol.asyncDispose]: () => messages[Symbol.asyncDispose](),
  };
}

function bound(value: unknown, from: JsonObject): unknown {
  if (Array.isArray(value)) return value.map((item) => bound(item, from));
  if (typeof value !== "object" || value === null) return value;
  if ("$ref" in value) {
    return String(value.$ref).split(".").reduce<unknown>((found, key) => JsonObject.catch({}).parse(found)[key], from);
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bound(inner, from)]));
}
