/** A nats-server, a bridge to a simulated Live, and a caller, for one test. */
import { type Bus, getAsset, migrate, request, subscribe } from "@patchbay/bus";
import {
  AppEvent,
  type AssetRef,
  ChannelSample,
  type Command,
  envelope,
  fromProblem,
  type JsonObject,
  newId,
  Result,
  subjects,
} from "@patchbay/contracts";
import { type FaultPlanInput, startDatagramProxy, startTestNats } from "@patchbay/testing";
import { join } from "node:path";
import type { z } from "zod";
import { createSocket } from "node:dgram";
import type { AbletonAdapterOptions } from "../adapter.ts";
import { ableton, type AbletonCommands } from "../manifest.ts";
import type { MidiDriver } from "../midi/midi.ts";
import { type LiveSimulatorOptions, startLiveSimulator } from "../simulator.ts";
import { startAbletonBridge } from "../start.ts";
import { TriedCommands } from "../../kit/testing/tried_commands.ts";

export const BRIDGE = "ws-07";
/** Milliseconds. */
const PATIENCE_MS = 10_000;

export interface StudioOptions
  extends Partial<Pick<AbletonAdapterOptions, "answerMs" | "silenceMs" | "lookMs" | "goneMs">> {
  simulator?: LiveSimulatorOptions;
  /** Bad weather between the bridge and Live. */
  faults?: FaultPlanInput;
  /** Whether Live answers to one port, whoever asks, as the real one does. @default to whoever asks */
  fixedPort?: boolean;
}

/** A MIDI output that keeps what was sent. */
export function midiDouble() {
  const sent: number[][] = [];
  const output = (name: string) => ({
    name,
    send: (bytes: readonly number[]) => void sent.push([...bytes]),
    [Symbol.dispose]: () => {},
  });
  const driver: MidiDriver = { names: () => ["Loop A", "Loop B"], open: output };
  return { sent, load: () => Promise.resolve(driver) };
}

/** Starts everything and waits until Live takes commands. Ticks are short: the tests' patience is not Live's. */
export async function startAbletonStudio(
  { simulator: simulated, faults, fixedPort = false, ...adapter }: StudioOptions = {},
) {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-ableton-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const replyPort = fixedPort ? await freePort() : 0;
  const live = stack.use(
    await startLiveSimulator({ port: 0, replyPort: fixedPort ? replyPort : "sender", tickMs: 10, ...simulated }),
  );
  const proxy = faults === undefined ? undefined : stack.use(await startDatagramProxy({ target: live.port, faults }));
  const midi = midiDouble();
  const bridge = stack.use(
    await startAbletonBridge({
      mode: "interface",
      port: proxy?.port ?? live.port,
      replyPort,
      loadMidi: midi.load,
      lookMs: 200,
      ...adapter,
      bus: await nats.connect("bridge"),
      bridge: BRIDGE,
      workDir: join(folder, "work"),
    }),
  );
  await bridge.ready(AbortSignal.timeout(30_000));
  const held = stack.move();
  return {
    ...callsOf(bus),
    bridge,
    live,
    midi,
    nats,
    proxy,
    replyPort,
    workDir: join(folder, "work"),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

export type AbletonStudio = Awaited<ReturnType<typeof startAbletonStudio>>;

/** What a caller does, on a connection of its own. */
export function callsOf(bus: Bus) {
  /** Every command that was answered with a value, and every one that was taken back. */
  const tried = new TriedCommands(ableton);

  /** The value of a command. @throws the problem that it was answered with */
  async function call<N extends keyof AbletonCommands>(
    command: N,
    args: z.input<AbletonCommands[N]["args"]> & JsonObject,
    { timeoutMs = 30_000 }: { timeoutMs?: number } = {},
  ): Promise<z.output<AbletonCommands[N]["result"]>> {
    const payload: Command = { command, args, priority: "normal", timeoutMs };
    const message = envelope({ type: "command", id: newId(), source: "test", target: `ableton.${BRIDGE}`, payload });
    const { payload: result } = await request(bus, subjects.command("ableton", BRIDGE, command), message, {
      payload: Result,
      absent: "BRIDGE_OFFLINE",
      timeoutMs: timeoutMs + 5_000,
    });
    if (!result.ok) throw fromProblem(result.problem);
    tried.executed(command);
    // the bridge has checked it against the schema of this very command
    return ableton.commands[command].result.parse(result.value) as z.output<AbletonCommands[N]["result"]>;
  }

  async function bytes(asset: AssetRef): Promise<Uint8Array> {
    return await new Response((await getAsset(bus, asset.id))?.content).bytes();
  }

  /** Hears the events of a name from now on. */
  async function listen(name: string) {
    const events = subscribe(bus, subjects.event("ableton", BRIDGE, name), { payload: AppEvent });
    await bus.nc.flush();
    return waiting(name, events, ({ data }) => data);
  }

  /** Hears the samples of a channel from now on. */
  async function channel(name: string) {
    const samples = subscribe(bus, subjects.channel("ableton", BRIDGE, name), { payload: ChannelSample });
    await bus.nc.flush();
    return waiting(name, samples, ({ value }) => value);
  }

  return { bus, call, tried, bytes, listen, channel };
}

/** Another one each time; somebody may take it in between. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
  const { port } = socket.address();
  await new Promise<void>((resolve) => void socket.close(() => resolve()));
  return port;
}

/** What comes next that fits, again and again; a test that waits in vain fails. */
function waiting<P>(
  name: string,
  source: AsyncIterable<{ message: { payload: P } }> & AsyncDisposable,
  dataOf: (payload: P) => unknown,
) {
  const messages = source[Symbol.asyncIterator]();
  return {
    async first(fits: (data: JsonObject) => boolean = () => true): Promise<JsonObject> {
      const { promise, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => reject(new Error(`Cannot go on: no ${name} came that fits`)), PATIENCE_MS);
      try {
        for (;;) {
          const next = await Promise.race([messages.next(), promise]);
          if (next.done === true) throw new Error(`Cannot wait for ${name}: the subscription ended`);
          const data = dataOf(next.value.message.payload) as JsonObject;
          if (fits(data)) return data;
        }
      } finally {
        clearTimeout(timer);
      }
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}
