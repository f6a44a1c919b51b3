/** A broker that keeps its files, three conductors and three bridges, each a process of its own, and strikes at them. */
import { type Bus, migrate, PresenceMirror } from "@patchbay/bus";
import { startTestNats, type TestNats } from "@patchbay/testing";
import { join } from "node:path";
import { type Effect, readEffects } from "../weather/tally.ts";
import { until } from "../weather/world.ts";
import { GatedProcess } from "./gated_process.ts";
import { isOfBridges, type Strike, tellStrike } from "./strikes.ts";

/** A strike that was carried out. */
export interface Struck extends Strike {
  /** Who stood there. */
  by: string;
  /** Names of the processes that were killed or stopped. */
  hit: readonly string[];
  /** Milliseconds since 1970. */
  at: number;
}

export interface Arena extends AsyncDisposable {
  readonly nats: TestNats;
  readonly bus: Bus;
  readonly struck: readonly Struck[];
  /** Strikes as these say, from now on, each once. */
  arm(strikes: readonly Strike[]): Promise<void>;
  /** Resolves once nobody is struck any more, and everybody is at work again. */
  calm(): Promise<void>;
  /** What all applications have done. */
  effects(): Promise<Effect[]>;
}

const CONDUCTORS = ["conductor-1", "conductor-2", "conductor-3"];
const BRIDGES = [["mill", "ws-01"], ["mill", "ws-02"], ["press", "ws-03"]] as const;
const LEASE_MS = 2_000;
const lasting = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const program = (name: string) => new URL(`./${name}.ts`, import.meta.url).pathname;

export async function startArena(): Promise<Arena> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(
    await Deno.makeTempDir({ prefix: "patchbay-runs-" }),
    (path) => Deno.remove(path, { recursive: true }),
  );
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("a test");
  await migrate(bus, { storage: "file" });
  const here = stack.use(await PresenceMirror.follow(bus));
  const strikers = new Strikers(nats);
  const onHeld = (process: GatedProcess, id: string) => strikers.held(process, id);
  const folders = BRIDGES.map(([app, bridge]) => join(folder, `${app}-${bridge}`));
  for (const [i, [app, bridge]] of BRIDGES.entries()) {
    await Deno.mkdir(folders[i]!);
    const args = [nats.url, app, bridge, folders[i]!];
    const options = { name: `${app}.${bridge}`, program: program("workshop_bridge"), args, onHeld };
    strikers.bridges.push(stack.use(new GatedProcess(options)));
  }
  for (const name of CONDUCTORS) {
    const args = [nats.url, name, String(LEASE_MS)];
    strikers.conductors.push(
      stack.use(new GatedProcess({ name, program: program("conductor_process"), args, onHeld })),
    );
  }
  await Promise.all(strikers.all.map((process) => process.start()));
  stack.defer(() => strikers.finished());
  const parts = stack.move();
  const isIdle = ([app, bridge]: typeof BRIDGES[number]) => here.get(app, bridge)?.status === "idle";
  return {
    nats,
    bus,
    struck: strikers.struck,
    arm: (strikes) => strikers.arm(strikes),
    async calm() {
      await strikers.finished();
      await until("every bridge is there again", () => BRIDGES.every(isIdle));
      const fell = strikers.all.flatMap(({ fell }) => fell ?? []);
      if (fell.length > 0) throw new Error(fell.join("; "));
    },
    effects: async () => (await Promise.all(folders.map((path) => readEffects(`${path}/effects.jsonl`)))).flat(),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Strikes where a process stands that was to be held there. */
class Strikers {
  readonly conductors: GatedProcess[] = [];
  readonly bridges: GatedProcess[] = [];
  readonly struck: Struck[] = [];
  readonly #nats: TestNats;
  readonly #striking = new Set<Promise<void>>();
  #armed = new Map<string, Strike>();
  #brokerIsAway = false;

  constructor(nats: TestNats) {
    this.#nats = nats;
  }

  get all(): GatedProcess[] {
    return [...this.conductors, ...this.bridges];
  }

  async arm(strikes: readonly Strike[]): Promise<void> {
    this.#armed = new Map(strikes.map((strike) => [strike.id, strike]));
    const holds = (ofBridges: boolean) =>
      strikes.filter(({ transition }) => isOfBridges(transition) === ofBridges)
        .map(({ id, transition, moment, nth }) => ({ id, transition, moment, nth }));
    await Promise.all([
      ...this.conductors.map((conductor) => conductor.arm(holds(false))),
      ...this.bridges.map((bridge) => bridge.arm(holds(true))),
    ]);
  }

  async finished(): Promise<void> {
    while (this.#striking.size > 0) await Promise.all(this.#striking);
  }

  held(process: GatedProcess, id: string): void {
    const strike = this.#armed.get(id);
    // somebody else has stood there before
    if (strike === undefined) return void process.goOn(id);
    this.#armed.delete(id);
    for (const one of this.all) one.forget(id);
    const striking = this.#strike(process, strike).finally(() => this.#striking.delete(striking));
    this.#striking.add(striking);
  }

  async #strike(process: GatedProcess, strike: Strike): Promise<void> {
    const { id, victim, manner, forMs } = strike;
    const at = Date.now();
    const struck = (hit: readonly string[]) => this.struck.push({ ...strike, by: process.name, hit, at });
    if (victim === "broker") return await this.#killBroker(process, strike, struck);
    const victims = this.#victims(process, strike).filter(({ isRunning }) => isRunning);
    struck(victims.map(({ name }) => name));
    if (manner === "stopped") {
      for (const one of victims) one.signal("SIGSTOP");
      await process.goOn(id);
      await lasting(forMs);
      for (const one of victims) one.signal("SIGCONT");
      return;
    }
    await Promise.all(victims.map((one) => one.kill()));
    await process.goOn(id);
    await lasting(forMs);
    // two strikes at one time: whoever is there again is there
    await Promise.all(victims.map((one) => one.isRunning ? undefined : this.#startAgain(one)));
  }

  #victims(process: GatedProcess, { victim, transition, forMs }: Strike): GatedProcess[] {
    if (victim === "all conductors") return this.conductors;
    if (victim === "self") return [process];
    return isOfBridges(transition) ? this.conductors : [this.bridges[forMs % this.bridges.length]!];
  }

  /** One that is struck again before it is at work starts once more. */
  async #startAgain(process: GatedProcess): Promise<void> {
    try {
      await process.start();
    } catch (error) {
      if (process.isRunning || process.fell !== undefined) throw new Error(`${process.name} does not start: ${error}`);
    }
  }

  async #killBroker(
    process: GatedProcess,
    { id, forMs }: Strike,
    struck: (hit: readonly string[]) => void,
  ): Promise<void> {
    if (this.#brokerIsAway) {
      struck([]);
      return await process.goOn(id);
    }
    this.#brokerIsAway = true;
    await this.#nats.kill();
    struck(["broker"]);
    await process.goOn(id);
    await lasting(forMs);
    await this.#nats.restart();
    this.#brokerIsAway = false;
  }
}

export const tellStruck = (struck: Struck): string =>
  `${new Date(struck.at).toISOString().slice(17)} at ${struck.by}: ${tellStrike(struck)}, hit ${
    struck.hit.join(", ") || "nobody"
  }`;
