/** A nats-server, a Cascadeur bridge with its simulator, and a caller, for one test. */
import { type Bus, getAsset, migrate, putAsset, request, subscribe } from "@patchbay/bus";
import { PatchbayError } from "@patchbay/contracts";
import {
  AppEvent,
  type AssetRef,
  Command,
  type Commands,
  envelope,
  fromProblem,
  type JsonObject,
  newId,
  Result,
  type ResultOf,
  subjects,
} from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { join } from "node:path";
import { z } from "zod";
import { TriedCommands } from "../../kit/testing/tried_commands.ts";
import { type CascadeurAdapterOptions } from "../adapter.ts";
import { cascadeur, type CascadeurCommands } from "../manifest.ts";
import { startCascadeurBridge } from "../start.ts";
import { controlOf } from "./control.ts";

export const BRIDGE = "ws-07";
/** A slow machine may take so long to start the simulator, in milliseconds. */
const START_MS = 60_000;

export interface StudioOptions extends Partial<CascadeurAdapterOptions> {
  allowCode?: boolean;
  /** Whether it waits until Cascadeur takes commands. @default true */
  wait?: boolean;
}

/** Starts everything and waits until the simulated Cascadeur takes commands. */
export async function startCascadeurStudio({ allowCode = true, wait = true, ...options }: StudioOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-cascadeur-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const workDir = join(folder, "work");
  const control = join(folder, "control.json");
  const bridge = stack.use(
    await startCascadeurBridge({
      mode: "simulator",
      ...options,
      simulator: { control, ...options.simulator },
      bus: await nats.connect("bridge"),
      bridge: BRIDGE,
      allowCode,
      workDir,
    }),
  );
  if (wait) await bridge.ready(AbortSignal.timeout(START_MS));
  const all = stack.move();
  return {
    ...callsOf(bus),
    bridge,
    folder,
    workDir,
    nats,
    trouble: controlOf(control),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** What a caller does, on a connection of its own. */
export function callsOf(bus: Bus) {
  const tried = new TriedCommands(cascadeur);

  /** The value of a command. @throws the problem that it was answered with */
  async function call<N extends keyof CascadeurCommands>(
    command: N,
    args: JsonObject = {},
    { timeoutMs = 20_000 }: { timeoutMs?: number } = {},
  ): Promise<ResultOf<CascadeurCommands[N]>> {
    const payload: Command = { command, args, priority: "normal", timeoutMs };
    const message = envelope({ type: "command", id: newId(), source: "test", target: `cascadeur.${BRIDGE}`, payload });
    const { payload: result } = await request(bus, subjects.command("cascadeur", BRIDGE, command), message, {
      payload: Result,
      absent: "BRIDGE_OFFLINE",
      timeoutMs: timeoutMs + 10_000,
    });
    if (!result.ok) throw fromProblem(result.problem);
    tried.executed(command);
    const commands: Commands = cascadeur.commands;
    return commands[command]!.result.parse(result.value);
  }

  /** The scene as the server reads it. */
  const scene = () => call("get_scene");

  /** The content of an asset. */
  async function content(file: AssetRef): Promise<Uint8Array<ArrayBuffer>> {
    const found = await getAsset(bus, file.id);
    return await new Response(found?.content).bytes();
  }

  /** Hears the events of a name from now on. */
  async function listen(name: string) {
    const events = subscribe(bus, subjects.event("cascadeur", BRIDGE, name), { payload: AppEvent });
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

  const store = (name: string, mediaType: string, bytes: Uint8Array) => putAsset(bus, { name, mediaType }, bytes);

  return { bus, call, scene, content, listen, store, tried };
}

/** Whether an error is a problem of one of these codes (`A|B`), and says this. */
export const code = (expected: string, text = /./) => (error: unknown) => {
  if (!(error instanceof PatchbayError)) throw error;
  if (!expected.split("|").includes(error.code) || !text.test(error.message)) {
    throw new Error(`${error.code}: ${error.message}`);
  }
  return true;
};
