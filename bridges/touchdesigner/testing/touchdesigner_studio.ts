/** A nats-server, a TouchDesigner bridge with its simulator and a caller, for one test. */
import { type Bus, getAsset, migrate, putAsset, request, subscribe } from "@patchbay/bus";
import { assertInverse, assertReadBack } from "../../kit/testing/read_back.ts";
import { TriedCommands } from "../../kit/testing/tried_commands.ts";
import { startTestNats } from "@patchbay/testing";
import {
  AppEvent,
  AssetRef,
  Cancel,
  ChannelSample,
  Command,
  encodeEnvelope,
  envelope,
  fromProblem,
  type Id,
  type JsonObject,
  newId,
  Result,
  StateUpdate,
  subjects,
} from "@patchbay/contracts";
import { decode } from "fast-png";
import { join } from "node:path";
import { z } from "zod";
import { touchdesigner, type TouchDesignerCommands } from "../manifest.ts";
import { startTouchDesignerBridge, type TouchDesignerBridgeOptions } from "../start.ts";

export const BRIDGE = "ws-07";
/** A slow machine may take so long to start Python, in milliseconds. */
const START_MS = 60_000;

export type CommandName = keyof TouchDesignerCommands & string;
export type ResultOf<N extends CommandName> = z.output<TouchDesignerCommands[N]["result"]>;

export interface CallOptions {
  timeoutMs?: number;
  id?: Id;
}

export type Studio = Awaited<ReturnType<typeof startTouchDesignerStudio>>;

/** Starts everything, and waits until TouchDesigner takes commands unless it is the artist's. */
export async function startTouchDesignerStudio(
  options: Partial<Pick<TouchDesignerBridgeOptions, "mode" | "allowCode" | "silenceMs" | "port">> = {},
) {
  const { mode = "simulator", allowCode = true, ...more } = options;
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-touchdesigner-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const bridge = stack.use(
    await startTouchDesignerBridge({
      ...more,
      mode,
      allowCode,
      bus: await nats.connect("bridge"),
      bridge: BRIDGE,
      workDir: join(folder, "work"),
      linksDir: join(folder, "links"),
    }),
  );
  if (mode === "simulator") await bridge.ready(AbortSignal.timeout(START_MS));
  const all = stack.move();
  return {
    ...callsOf(bus),
    bridge,
    nats,
    workDir: join(folder, "work"),
    linksDir: join(folder, "links"),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** What a caller does. */
function callsOf(bus: Bus) {
  const tried = new TriedCommands(touchdesigner);

  /** The value of a command. @throws the problem that it was answered with */
  async function call<N extends CommandName>(
    command: N,
    args: JsonObject = {},
    { timeoutMs = 60_000, id = newId() }: CallOptions = {},
  ): Promise<ResultOf<N>> {
    const payload: Command = { command, args, priority: "normal", timeoutMs };
    const message = envelope({ type: "command", id, source: "test", target: `touchdesigner.${BRIDGE}`, payload });
    const { payload: result } = await request(bus, subjects.command("touchdesigner", BRIDGE, command), message, {
      payload: Result,
      absent: "BRIDGE_OFFLINE",
      timeoutMs: timeoutMs + 10_000,
    });
    if (!result.ok) throw fromProblem(result.problem);
    tried.executed(command);
    // the bridge has checked it against the schema of this very command
    return touchdesigner.commands[command].result.parse(result.value) as ResultOf<N>;
  }

  /** Executes a command, takes it back as its manifest claims, and sees that what `look` reads is as it was. */
  async function undone<N extends CommandName>(
    command: N,
    args: JsonObject,
    look: () => unknown,
    meanwhile: (result: ResultOf<N>) => Promise<void> | void = () => {},
  ): Promise<ResultOf<N>> {
    const before = await look();
    const result = await call(command, args);
    const other = (name: string, args: JsonObject) => call(name as CommandName, args);
    await assertReadBack(touchdesigner, command, { args, result }, other);
    await meanwhile(result);
    const done = { args, result, before, look, call: other };
    await tried.takeBack(command, done);
    if (touchdesigner.commands[command].inverse !== undefined) {
      await call("redo");
      // what cannot be brought back has to be done away with all the same
      if (!await assertInverse(touchdesigner, command, done)) await call("undo");
    }
    return result;
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
    const events = subscribe(bus, subjects.event("touchdesigner", BRIDGE, name), { payload: AppEvent });
    await events.ready;
    return waiting(events, (payload) => z.record(z.string(), z.unknown()).parse(payload.data));
  }

  /** Hears a channel from now on. */
  async function tune(channel: string) {
    const samples = subscribe(bus, subjects.channel("touchdesigner", BRIDGE, channel), { payload: ChannelSample });
    await samples.ready;
    return waiting(samples, (payload) => z.record(z.string(), z.unknown()).parse(payload.value));
  }

  /** Hears of changed state from now on: who is the cause. */
  async function states() {
    const updates = subscribe(bus, subjects.state("touchdesigner", BRIDGE), { payload: StateUpdate });
    await updates.ready;
    return waiting(updates, (payload) => ({ ...payload }));
  }

  function cancel(commandId: Id): void {
    const payload: Cancel = { commandId };
    bus.nc.publish(subjects.cancel(commandId), encodeEnvelope(envelope({ type: "command", source: "test", payload })));
  }

  const store = (name: string, mediaType: string, content: Uint8Array) => putAsset(bus, { name, mediaType }, content);

  /** Runs Python on the simulator's main thread half a second later, when no command runs: what a person does by hand. */
  const byHand = (code: string) => call("execute_python", { code: `run(${JSON.stringify(code)}, delayFrames=30)` });

  return { bus, call, undone, tried, pixels, listen, tune, states, cancel, store, byHand };
}

function waiting<P>(
  messages: AsyncIterable<{ message: { payload: P } }> & AsyncDisposable,
  read: (payload: P) => JsonObject,
) {
  const iterator = messages[Symbol.asyncIterator]();
  return {
    /** The next one that fits. */
    async first(fits: (data: JsonObject) => boolean = () => true): Promise<JsonObject> {
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        const data = read(next.value.message.payload);
        if (fits(data)) return data;
      }
      throw new Error("Cannot wait: the subscription ended");
    },
    [Symbol.asyncDispose]: () => messages[Symbol.asyncDispose](),
  };
}
