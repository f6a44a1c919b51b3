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
import { TriedCommands } from "../../kit/testing/tried_commands.ts";
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
  /** What was executed and taken back, so that nothing is forgotten. */
  readonly tried: TriedCommands;
  /** The value of a command. @throws the problem that it was answered with */
  call(command: string, args?: JsonObject, timeoutMs?: number): Promise<JsonObject>;
  /** Executes a command, takes it back, and looks that all is as it was. @returns what the command answered */
  undone(command: string, args: JsonObject, look: () => unknown): Promise<JsonObject>;
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
  const tried = new TriedCommands(manifest);
  const call = async (command: string, args: JsonObject = {}, timeoutMs = 20_000): Promise<JsonObject> => {
    const payload: Command = { command, args, priority: "normal", timeoutMs };
    const message = envelope({ type: "command", id: newId(), source: "test", target: `${app}.${BRIDGE}`, payload });
    const { payload: result } = await request(bus, subjects.command(app, BRIDGE, command), message, {
      payload: Result,
      absent: "BRIDGE_OFFLINE",
      timeoutMs: timeoutMs + 5_000,
    });
    if (!result.ok) throw fromProblem(result.problem);
    tried.executed(command);
    return JsonObject.parse(result.value);
  };
  const held = stack.move();
  return {
    bus,
    bridge,
    manifest,
    tried,
    call,
    async undone(command, args, look) {
      const before = await look();
      const result = await call(command, args);
      await tried.takeBack(command, { args, result, before, look, call });
      return result;
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
