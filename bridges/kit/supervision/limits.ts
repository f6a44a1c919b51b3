/** What a child may use, with all that it has started; whoever uses more is ended. */
import { logger } from "@patchbay/telemetry";
import { type Family, familyOf } from "./family.ts";

export interface ProcessLimits {
  /** Resident memory, all processes together, in mebibytes. */
  memoryMiB?: number;
  /** Processor time, all processes together, in seconds. */
  cpuSeconds?: number;
  /** So many processes at the same time. */
  processes?: number;
  /** How long it may run, in milliseconds. */
  wallMs?: number;
}

/** For scripts of which nothing is known. */
export const SCRIPT_LIMITS: ProcessLimits = { memoryMiB: 4_096, processes: 128 };

const log = logger("bridge");
const INTERVAL_MS = 250;

/** Looks four times a second; a limit that is passed in between is noticed at the next look. */
export class LimitWatch implements Disposable {
  readonly #limits: ProcessLimits;
  readonly #family: Family | undefined;
  readonly #exceeded: (what: string) => void;
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  #looking = false;
  #over = false;

  /** @param exceeded called once, with what was used and what was allowed */
  constructor(pid: number, mark: string, limits: ProcessLimits, exceeded: (what: string) => void) {
    this.#limits = limits;
    this.#exceeded = exceeded;
    const { wallMs, memoryMiB, cpuSeconds, processes } = limits;
    if (wallMs !== undefined) {
      this.#timers.push(setTimeout(() => this.#end(`it ran for ${wallMs} ms, which is all it may`), wallMs));
    }
    if ([memoryMiB, cpuSeconds, processes].every((limit) => limit === undefined)) return;
    this.#family = familyOf(pid, mark);
    if (this.#family === undefined) log.warn("A process may use what it likes: no limits are kept on this system");
    else this.#timers.push(setInterval(() => void this.#look(), INTERVAL_MS));
  }

  async #look(): Promise<void> {
    if (this.#looking || this.#family === undefined) return;
    this.#looking = true;
    const found = await this.#passed(this.#family);
    this.#looking = false;
    if (found !== undefined) this.#end(found);
  }

  async #passed(family: Family): Promise<string | undefined> {
    const { memoryMiB = Infinity, cpuSeconds = Infinity, processes = Infinity } = this.#limits;
    const use = await family.use();
    if (use.processes > processes) return `it had ${use.processes} processes, and may have ${processes}`;
    if (use.cpuSeconds > cpuSeconds) {
      return `it took ${use.cpuSeconds.toFixed(1)} s of processor time, and may take ${cpuSeconds}`;
    }
    if (use.memoryMiB <= memoryMiB) return undefined;
    // what processes share counts for each of them at first: the exact sum takes longer, and is asked for only here
    const exact = await family.memoryMiB() ?? use.memoryMiB;
    return exact > memoryMiB ? `it used ${Math.round(exact)} MiB of memory, and may use ${memoryMiB}` : undefined;
  }

  #end(what: string): void {
    if (this.#over) return;
    this[Symbol.dispose]();
    this.#exceeded(what);
  }

  [Symbol.dispose](): void {
    this.#over = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
