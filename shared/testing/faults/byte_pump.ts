/** Carries bytes one way, as badly as the rules in force want it. */
import { pause } from "@patchbay/bridge-kit";
import type { FaultDirection, RuleOf } from "./fault_plan.ts";
import type { FaultLane } from "./faults.ts";
import { Notice } from "./notice.ts";

export interface BytePumpOptions {
  source: AsyncIterable<Uint8Array>;
  sink(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
  lane: FaultLane;
  direction: FaultDirection;
  /** Ends the pump at once. */
  signal: AbortSignal;
}

/** How the bytes ended: the source ended, a rule cut or reset them, or the other end was gone. */
export type BytesEnd = "ended" | "cut" | "reset" | "broken";

interface Waiting {
  chunk: Uint8Array<ArrayBuffer>;
  /** By `performance.now()`. */
  due: number;
}

/** More than this waits at the source, in bytes. */
const MAX_WAITING = 1024 * 1024;

/** Resolves with how it ended; never rejects. */
export async function pumpBytes(options: BytePumpOptions): Promise<BytesEnd> {
  const done = new AbortController();
  const pump = new BytePump({ ...options, signal: AbortSignal.any([options.signal, done.signal]) });
  // the source may go on for long after the end: whoever owns it ends it
  void pump.read();
  return await pump.write().catch((): BytesEnd => "broken").finally(() => done.abort());
}

class BytePump {
  readonly #options: BytePumpOptions;
  readonly #queue: Waiting[] = [];
  readonly #changed = new Notice();
  #waitingBytes = 0;
  #passed = 0;
  #swallowed = false;
  #end: BytesEnd | undefined;
  #lastDue = 0;

  constructor(options: BytePumpOptions) {
    this.#options = options;
  }

  async read(): Promise<void> {
    const { source, signal } = this.#options;
    try {
      for await (const chunk of source) {
        if (signal.aborted) break;
        this.#take(new Uint8Array(chunk));
        while (this.#waitingBytes > MAX_WAITING && !signal.aborted) await this.#changed.wait(signal);
      }
      this.#end ??= "ended";
    } catch {
      this.#end ??= "broken";
    }
    this.#changed.give();
  }

  #take(chunk: Uint8Array<ArrayBuffer>): void {
    const { lane, direction } = this.#options;
    if (lane.holds("black_hole", { direction }) !== undefined) {
      this.#swallowed = true;
      return;
    }
    // whoever went on after a gap would read nonsense: real connections break there
    if (this.#swallowed) this.#end = "reset";
    let delayMs = 0;
    for (const { ms, jitterMs } of lane.strike(["delay"], { direction })) {
      delayMs += ms + lane.random.next() * jitterMs;
      lane.record("delay", `${delayMs.toFixed(1)} ms`);
    }
    this.#lastDue = Math.max(this.#lastDue, performance.now() + delayMs);
    this.#queue.push({ chunk, due: this.#lastDue });
    this.#waitingBytes += chunk.length;
    this.#changed.give();
  }

  async write(): Promise<BytesEnd> {
    const { lane, direction, signal } = this.#options;
    while (!signal.aborted) {
      if (this.#end === "reset") return "reset";
      const next = this.#queue[0];
      if (next === undefined) {
        if (this.#end !== undefined) return this.#end;
        await this.#changed.wait(signal);
        continue;
      }
      const early = next.due - performance.now();
      if (early > 0) await pause(early, signal);
      for (const { ms } of lane.strike(["coalesce"], { direction })) await pause(ms, signal);
      await healed(lane, direction, signal);
      if (signal.aborted) break;
      const end = await this.#pass(this.#next(next));
      if (end !== undefined) return end;
    }
    return "broken";
  }

  /** The next chunk; all that wait as one where they are to coalesce. */
  #next(first: Waiting): Uint8Array<ArrayBuffer> {
    const { lane, direction } = this.#options;
    const coalesce = this.#queue.length > 1 && lane.holds("coalesce", { direction }) !== undefined;
    const taken = coalesce ? this.#queue.splice(0) : [this.#queue.shift() ?? first];
    const chunk = joined(taken.map(({ chunk }) => chunk));
    this.#waitingBytes -= chunk.length;
    this.#changed.give();
    return chunk;
  }

  async #pass(chunk: Uint8Array<ArrayBuffer>): Promise<BytesEnd | undefined> {
    const { lane, direction, signal, sink } = this.#options;
    corrupt(chunk, lane, direction);
    const ending = this.#ending(chunk.length);
    const passing = ending === undefined ? chunk : chunk.subarray(0, ending.keep);
    const [split] = lane.strike(["split"], { direction });
    if (split !== undefined && passing.length > 1) lane.record("split", `${passing.length} bytes`);
    for (const piece of pieces(passing, split?.maxBytes, lane)) {
      await sink(piece);
      this.#passed += piece.length;
      // pieces that are written in one go arrive in one read
      if (split !== undefined) await pause(0, signal);
      for (const { bytesPerSecond } of lane.strike(["throttle"], { direction })) {
        await pause(piece.length / bytesPerSecond * 1000, signal);
      }
    }
    if (ending !== undefined) lane.record(ending.how, `after ${this.#passed} bytes`);
    return ending?.how;
  }

  /** Whether the connection ends within these bytes; those with times end it by the clock instead. */
  #ending(length: number): { how: "cut" | "reset"; keep: number } | undefined {
    const { lane, direction } = this.#options;
    const reached = ({ afterBytes = 0, fromMs }: RuleOf<"cut" | "reset">) =>
      fromMs === undefined && this.#passed + length >= afterBytes;
    const [rule] = lane.strike(["cut", "reset"], { direction }, reached);
    if (rule === undefined) return undefined;
    return { how: rule.fault, keep: Math.max(0, (rule.afterBytes ?? 0) - this.#passed) };
  }
}

/** Waits while a partition lasts. */
export async function healed(lane: FaultLane, direction: FaultDirection, signal: AbortSignal): Promise<void> {
  const changed = new Notice();
  using _listening = lane.faults.onChange(() => changed.give());
  while (!signal.aborted && lane.holds("partition", { direction }) !== undefined) await changed.wait(signal);
}

/** Changes some bits in place. */
export function corrupt(bytes: Uint8Array, lane: FaultLane, direction: FaultDirection): void {
  if (bytes.length === 0) return;
  for (const rule of lane.strike(["corrupt"], { direction })) {
    for (let i = 0; i < rule.bytes; i++) {
      const at = lane.random.integer(0, bytes.length - 1);
      bytes[at]! ^= 1 << lane.random.integer(0, 7);
      lane.record("corrupt", `byte ${at} of ${bytes.length}`);
    }
  }
}

function* pieces(
  chunk: Uint8Array<ArrayBuffer>,
  maxBytes: number | undefined,
  lane: FaultLane,
): Generator<Uint8Array<ArrayBuffer>> {
  if (maxBytes === undefined) {
    if (chunk.length > 0) yield chunk;
    return;
  }
  for (let at = 0; at < chunk.length;) {
    const length = lane.random.integer(1, maxBytes);
    yield chunk.subarray(at, at + length);
    at += length;
  }
}

function joined(chunks: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
