/** A broker, bridges in processes of their own, each behind a proxy of its own, and the history of what happens there. */
import { type Bus, connectBus, listJobs, migrate, PresenceMirror, readStream } from "@patchbay/bus";
import { type Id, Result, subjects, WILDCARD } from "@patchbay/contracts";
import {
  type FaultProxy,
  Faults,
  type History,
  startFaultProxy,
  startHistory,
  startTestNats,
  type TestNats,
} from "@patchbay/testing";
import { join } from "node:path";
import { type BridgeProcess, bridgeProcess } from "./bridge_process.ts";
import { type Effect, readEffects } from "./tally.ts";

export interface World extends AsyncDisposable {
  readonly nats: TestNats;
  /** Straight to the broker. */
  readonly bus: Bus;
  readonly here: PresenceMirror;
  readonly bridges: readonly BridgedProcess[];
  readonly history: History;
  /** What is in the history stream by now, in its order. */
  readonly stored: readonly StoredResult[];
  /** Another process with the id of the first bridge, in a folder of its own; not started yet. */
  twin(): BridgedProcess;
  /** A caller of its own, behind a proxy. */
  caller(name: string): Promise<Caller>;
}

export type BridgedProcess = BridgeProcess & { readonly proxy: FaultProxy };

export interface StoredResult {
  result: Result;
  causationId: Id | undefined;
  at: number;
}

export interface Caller {
  readonly name: string;
  readonly bus: Bus;
  readonly here: PresenceMirror;
  readonly proxy: FaultProxy;
}

export interface WorldOptions {
  /** @default a new one, with the seed 0 */
  history?: History;
  /** @default ["ws-01"] */
  bridges?: readonly string[];
  /** @default 30_000 */
  ackWaitMs?: number;
  /** How far the bridges' clocks are ahead, in milliseconds. @default 0 */
  clockMs?: number;
  /** More nats-server configuration, as text. */
  config?: string;
}

/** The bridges take commands when this resolves. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { history = startHistory(0), bridges = ["ws-01"], ackWaitMs = 30_000, clockMs = 0, config } = options;
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(
    await Deno.makeTempDir({ prefix: "patchbay-weather-" }),
    (path) => Deno.remove(path, { recursive: true }),
  );
  const nats = stack.use(await startTestNats(config === undefined ? {} : { config }));
  const bus = await nats.connect("a test");
  await migrate(bus, { storage: "file" });
  const proxied = async (name: string, owner: AsyncDisposableStack) => {
    const faults = owner.use(new Faults({ seed: history.seed }));
    return owner.use(await startFaultProxy({ target: { port: nats.port }, faults, name }));
  };
  const stored: StoredResult[] = [];
  const stop = new AbortController();
  const reading = followResults(bus, stored, stop.signal);
  stack.defer(async () => {
    stop.abort();
    await reading;
  });
  const here = stack.use(await PresenceMirror.follow(bus));
  const started: BridgedProcess[] = [];
  const add = (bridge: string, place: string, proxy: FaultProxy, owner: AsyncDisposableStack) => {
    const url = `nats://127.0.0.1:${proxy.port}`;
    const process = owner.use(bridgeProcess({ url, bridge, folder: join(folder, place), ackWaitMs, clockMs }));
    const proxied = withProxy(process, proxy);
    started.push(proxied);
    return proxied;
  };
  for (const bridge of bridges) add(bridge, bridge, await proxied(bridge, stack), stack);
  await Promise.all(started.map((bridge) => bridge.start()));
  const held = stack.move();
  return {
    nats,
    bus,
    here,
    bridges: started,
    history,
    stored,
    twin() {
      const [first] = started;
      if (first === undefined) throw new Error("There is no bridge to be the twin of");
      return add(first.bridge, `${first.bridge}-twin-${started.length}`, first.proxy, held);
    },
    async caller(name) {
      const proxy = await proxied(name, held);
      const own = held.use(await connectBus({ servers: `nats://127.0.0.1:${proxy.port}`, name }));
      return { name, bus: own, proxy, here: held.use(await PresenceMirror.follow(own)) };
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** As it is: its getters go on answering. */
function withProxy(process: BridgeProcess, proxy: FaultProxy): BridgedProcess {
  return Object.defineProperty(process, "proxy", { value: proxy }) as BridgedProcess;
}

async function followResults(bus: Bus, stored: StoredResult[], signal: AbortSignal): Promise<void> {
  const subject = subjects.result("tally", WILDCARD, WILDCARD);
  for await (
    const { message } of readStream(bus, "RESULTS", { subject, payload: Result, from: "start", follow: true, signal })
  ) {
    const { causationId } = message.metadata;
    stored.push({ result: message.payload, causationId, at: performance.now() });
  }
}

/** Waits until a condition holds. @throws with what was waited for, after so long */
export async function until(what: string, condition: () => unknown, withinMs = 60_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!await condition()) {
    if (performance.now() > end) throw new Error(`It never came about that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether no job waits or runs any more; a broker that is away says nothing. */
export async function queueIsEmpty(bus: Bus): Promise<boolean> {
  return (await Array.fromAsync(listJobs(bus))).length === 0;
}

/** Puts the effects of all bridges into the history. @param idOf by what the history knows an effect */
export async function recordEffects(
  world: World,
  idOf: (effect: { id: Id; tag?: string | undefined }) => Id = ({ id }) => id,
): Promise<void> {
  const { history } = world;
  for (const effect of await effectsOf(world)) {
    history.effect(idOf(effect), effect.value, effect.at - performance.timeOrigin);
  }
}

/** What the applications did, all of them together. */
export const effectsOf = async ({ bridges }: World): Promise<Effect[]> =>
  (await Promise.all(bridges.map(({ effectsFile }) => readEffects(effectsFile)))).flat();

/** Ends the bridges in order, and puts the effects and what is stored into the history. @throws where one does not end well */
export async function finish(world: World): Promise<History> {
  const { bridges, history, bus } = world;
  for (const bridge of bridges) {
    const code = await bridge.terminate();
    if (code !== 0) throw new Error(`${bridge.bridge} ended with ${code}`);
  }
  await recordEffects(world);
  const subject = subjects.result("tally", WILDCARD, WILDCARD);
  const all = { subject, payload: Result, from: "start", follow: false } as const;
  for await (const { message } of readStream(bus, "RESULTS", all)) {
    history.result(message.payload, "stream");
  }
  return history;
}

/** What the stream has of one command. */
export const storedOf = ({ stored }: World, id: Id): Result[] =>
  stored.flatMap(({ result }) => result.commandId === id ? [result] : []);
