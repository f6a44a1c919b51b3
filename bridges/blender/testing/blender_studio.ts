/** A nats-server, a Blender bridge and a caller, for one test. */
import { type Bus, getAsset, migrate, putAsset, request, subscribe } from "@patchbay/bus";
import { startTestNats } from "@patchbay/testing";
import {
  AppEvent,
  AssetRef,
  Cancel,
  Command,
  envelope,
  fromProblem,
  type Id,
  type JsonObject,
  newId,
  Progress,
  Result,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { encodeEnvelope } from "@patchbay/contracts";
import { decode } from "fast-png";
import { join } from "node:path";
import { z } from "zod";
import type { BlenderCommands } from "../manifest.ts";
import { blender } from "../manifest.ts";
import type { SceneState } from "../manifest/state.ts";
import { startBlenderBridge } from "../start.ts";
import { TriedCommands } from "../../kit/testing/tried_commands.ts";
import type { Counterpart } from "./counterparts.ts";

export const BRIDGE = "ws-07";
/** A slow machine may take so long to start Blender, in milliseconds. */
const START_MS = 90_000;

export interface CallOptions {
  timeoutMs?: number;
  id?: Id;
}

/** Starts everything and waits until Blender takes commands. @param silenceMs after so long a silence Blender counts as hanging */
export async function startBlenderStudio(
  { adapter, silenceMs }: Pick<Counterpart, "adapter"> & { silenceMs?: number },
) {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-blender-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const bridge = stack.use(
    await startBlenderBridge({
      ...adapter,
      ...(silenceMs === undefined ? {} : { silenceMs }),
      bus: await nats.connect("bridge"),
      bridge: BRIDGE,
      allowCode: true,
      workDir: join(folder, "work"),
      linksDir: join(folder, "links"),
    }),
  );
  await bridge.ready(AbortSignal.timeout(START_MS));
  const all = stack.move();
  return {
    ...callsOf(bus),
    bridge,
    nats,
    workDir: join(folder, "work"),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** What a caller does, on a connection of its own. */
export function callsOf(bus: Bus) {
  const tried = new TriedCommands(blender);

  /** The value of a command. @throws the problem that it was answered with */
  async function call<N extends keyof BlenderCommands>(
    command: N,
    args: JsonObject = {},
    options: CallOptions = {},
  ): Promise<z.output<BlenderCommands[N]["result"]>> {
    const value = await ask(command, args, options);
    // the bridge has checked it against the schema of this very command
    return blender.commands[command].result.parse(value) as z.output<BlenderCommands[N]["result"]>;
  }

  /** The same for a command that not every bridge has. */
  async function ask(
    command: string,
    args: JsonObject = {},
    { timeoutMs = 120_000, id = newId() }: CallOptions = {},
  ): Promise<unknown> {
    const payload: Command = { command, args, priority: "normal", timeoutMs };
    const message = envelope({ type: "command", id, source: "test", target: `blender.${BRIDGE}`, payload });
    const { payload: result } = await request(bus, subjects.command("blender", BRIDGE, command), message, {
      payload: Result,
      absent: "BRIDGE_OFFLINE",
      timeoutMs: timeoutMs + 10_000,
    });
    if (!result.ok) throw fromProblem(result.problem);
    tried.executed(command);
    return result.value;
  }

  /** The scene as Blender itself reads it. */
  const scene = (): Promise<SceneState> => call("get_scene");

  function cancel(commandId: Id): void {
    const payload: Cancel = { commandId };
    bus.nc.publish(subjects.cancel(commandId), encodeEnvelope(envelope({ type: "command", source: "test", payload })));
  }

  /** The pixels of a PNG that a command stored. */
  async function pixels(image: AssetRef) {
    const found = await getAsset(bus, image.id);
    const { width, height, data, channels } = decode(await new Response(found?.content).bytes());
    const at = (x: number, y: number) => [...data.slice((y * width + x) * channels, (y * width + x) * channels + 3)];
    return { width, height, at };
  }

  /** Hears the events of a name from now on. */
  async function listen(name: string) {
    const events = subscribe(bus, subjects.event("blender", BRIDGE, name), { payload: AppEvent });
    // what is published from now on by others shall not be missed
    await bus.nc.flush();
    return {
      /** The data of the first event that fits. */
      async first(fits: (data: JsonObject) => boolean = () => true): Promise<JsonObject> {
        for await (const { message } of events) {
          const data = z.record(z.string(), z.unknown()).parse(message.payload.data);
          if (fits(data)) return data;
        }
        throw new Error(`Cannot wait for ${name}: the subscription ended`);
      },
      [Symbol.asyncDispose]: () => events[Symbol.asyncDispose](),
    };
  }

  /** Hears the progress of everything from now on. */
  async function progress() {
    const reports = subscribe(bus, subjects.progress(WILDCARD), { payload: Progress });
    await bus.nc.flush();
    return reports;
  }

  const store = (name: string, mediaType: string, content: Uint8Array) => putAsset(bus, { name, mediaType }, content);

  return { bus, tried, ask, call, scene, cancel, pixels, listen, progress, store };
}
