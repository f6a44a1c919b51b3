/** Runs several bridges in this process: each comes, says what changes, and ends for itself. */
import { join } from "node:path";
import type { Bridge, BridgeMode } from "@patchbay/bridge-kit";
import { type Bus, connectBus } from "@patchbay/bus";
import { PatchbayError } from "@patchbay/contracts";
import { describeError } from "../outcome.ts";
import { printable } from "../printable.ts";
import type { Assignment } from "./assignment.ts";
import { statusLines } from "./status_lines.ts";

export interface RunBridgesOptions {
  assignments: readonly Assignment[];
  /** The studio's NATS. @default each credential file's */
  server?: string;
  mode: BridgeMode;
  allowCode: boolean;
  /** Where each bridge gets a folder of its own. */
  home: string;
  say: (line: string) => void;
  /** Drains them all when it fires. */
  signal: AbortSignal;
}

/**
 * Resolves once all of them have ended: at the signal, or because none is left. One that fails leaves the others alone.
 * @returns how many of them failed
 */
export async function runBridges(options: RunBridgesOptions): Promise<number> {
  await using buses = new BusPool(options);
  const outcomes = await Promise.all(options.assignments.map((assignment) => runBridge(assignment, options, buses)));
  return outcomes.filter((ended) => ended === "failed").length;
}

async function runBridge(assignment: Assignment, options: RunBridgesOptions, buses: BusPool) {
  const { definition, bridge, address, argument } = assignment;
  const { mode, allowCode, home, say, signal } = options;
  try {
    const running: Bridge = await definition.start({
      bus: await buses.busFor(assignment),
      bridge,
      mode,
      allowCode,
      workDir: join(home, "bridges", `${definition.app}-${bridge}`),
      ...(argument === undefined ? {} : { argument }),
      onChange: statusLines(address, say),
      signal,
    });
    await using _running = running;
    await running.ended;
    if (running.failure !== undefined) throw running.failure;
  } catch (error) {
    if (signal.aborted && !(error instanceof PatchbayError && error.code === "BRIDGE_FENCED")) {
      // it was told to stop before it had quite begun
      say(`${address}: has left`);
      return "ended";
    }
    say(`${address}: stopped. ${printable(describeError(error))}`);
    return "failed";
  }
  say(`${address}: has left`);
  return "ended";
}

/** One connection for each credential file, and one for all that need none. */
class BusPool implements AsyncDisposable {
  readonly #options: RunBridgesOptions;
  readonly #open = new AsyncDisposableStack();
  readonly #buses = new Map<string, Promise<Bus>>();

  constructor(options: RunBridgesOptions) {
    this.#options = options;
  }

  busFor({ credentials }: Assignment): Promise<Bus> {
    const key = credentials?.path ?? "";
    const bus = this.#buses.get(key) ?? this.#connect(credentials?.path);
    this.#buses.set(key, bus);
    return bus;
  }

  async #connect(credentialsFile: string | undefined): Promise<Bus> {
    const { server, signal, assignments } = this.#options;
    const sharing = assignments.filter(({ credentials }) => credentials?.path === credentialsFile);
    return this.#open.use(
      await connectBus({
        servers: server ?? [],
        name: sharing.map(({ address }) => address).join(" ").slice(0, 200),
        ...(credentialsFile === undefined ? {} : { credentialsFile }),
        signal,
      }),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#open.disposeAsync();
  }
}
