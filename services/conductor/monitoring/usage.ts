/** How commands did over the last day, by application and command. Pure: told of each result, and of the time. */
import type { AppName, CommandStatistics, Result } from "@patchbay/contracts";
import { Histogram } from "./histogram.ts";

const SLOT_MS = 60 * 60_000;
const SLOTS = 24;
/** More kinds of command than a studio has: what a stranger's bridges make up beyond that is not counted. */
const MOST_COMMANDS = 5_000;

/** One command in one hour. */
interface Slot {
  count: number;
  errors: Map<string, number>;
  durations: Histogram;
  lastAt: number;
}

interface Counted {
  app: AppName;
  command: string;
  slots: Map<number, Slot>;
}

export class Usage {
  readonly #commands = new Map<string, Counted>();
  /** The hour in which it made room last. */
  #sweptIn: number | undefined;

  /** @param now milliseconds since 1970 */
  add(result: Result, now: number): void {
    const at = Math.min(now, result.startedAt + result.durationMs);
    if (at <= now - SLOTS * SLOT_MS) return;
    this.#makeRoom(now);
    const slot = this.#slot(result, Math.floor(at / SLOT_MS));
    if (slot === undefined) return;
    slot.count++;
    slot.lastAt = Math.max(slot.lastAt, at);
    if (result.ok) slot.durations.add(result.durationMs);
    else slot.errors.set(result.problem.code, (slot.errors.get(result.problem.code) ?? 0) + 1);
  }

  /** The commands that were used within the last day, the most used first. */
  commands(now: number, app?: AppName): CommandStatistics[] {
    this.#forget(now);
    return [...this.#commands.values()]
      .filter((counted) => app === undefined || counted.app === app)
      .map(summarize)
      .sort((a, b) => b.count - a.count);
  }

  /** When the oldest hour that it counts began, in milliseconds since 1970. */
  static from(now: number): number {
    return (Math.floor(now / SLOT_MS) - SLOTS + 1) * SLOT_MS;
  }

  #slot({ app, command }: Result, hour: number): Slot | undefined {
    const key = `${app} ${command}`;
    let counted = this.#commands.get(key);
    if (counted === undefined) {
      if (this.#commands.size >= MOST_COMMANDS) return undefined;
      this.#commands.set(key, counted = { app, command, slots: new Map() });
    }
    let slot = counted.slots.get(hour);
    if (slot === undefined) {
      counted.slots.set(hour, slot = { count: 0, errors: new Map(), durations: new Histogram(), lastAt: 0 });
    }
    return slot;
  }

  /** What nobody used for a day gives way; looked at once an hour. */
  #makeRoom(now: number): void {
    const hour = Math.floor(now / SLOT_MS);
    if (this.#commands.size < MOST_COMMANDS || this.#sweptIn === hour) return;
    this.#sweptIn = hour;
    this.#forget(now);
  }

  #forget(now: number): void {
    const oldest = Usage.from(now) / SLOT_MS;
    for (const [key, { slots }] of this.#commands) {
      for (const hour of slots.keys()) if (hour < oldest) slots.delete(hour);
      if (slots.size === 0) this.#commands.delete(key);
    }
  }
}

function summarize({ app, command, slots }: Counted): CommandStatistics {
  const durations = new Histogram();
  const errors: Record<string, number> = {};
  let [count, failed, lastAt] = [0, 0, 0];
  for (const slot of slots.values()) {
    durations.merge(slot.durations);
    count += slot.count;
    lastAt = Math.max(lastAt, slot.lastAt);
    for (const [code, times] of slot.errors) {
      errors[code] = (errors[code] ?? 0) + times;
      failed += times;
    }
  }
  return {
    app,
    command,
    count,
    failed,
    errors,
    lastAt: Math.round(lastAt),
    ...(durations.count === 0 ? {} : {
      durationMs: {
        mean: durations.mean,
        p50: durations.quantile(0.5),
        p95: durations.quantile(0.95),
        max: durations.max,
      },
    }),
  };
}
