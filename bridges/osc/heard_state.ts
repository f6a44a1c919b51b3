/** What the program looks like, as far as it was heard: the part of the state that nobody has to ask for. */
import { matchesOscPattern } from "@patchbay/bridge-kit";
import { PatchbayError, type StateCause } from "@patchbay/contracts";
import type { StateFile } from "./manifest_file/manifest_file.ts";
import { type Heard, holds, readField } from "./wire/fields.ts";

type HeardFile = Exclude<StateFile, { ask: unknown }>;

export class HeardState {
  readonly #entries: HeardFile[];
  readonly #values: Record<string, unknown> = {};
  readonly #maps = new Map<string, Map<string, unknown>>();

  constructor(state: readonly StateFile[]) {
    this.#entries = state.filter((entry): entry is HeardFile => "hear" in entry);
    for (const entry of this.#entries) {
      if ("map" in entry) this.#maps.set(entry.map, new Map());
      else for (const name of Object.keys(entry.fields)) this.#values[name] = null;
    }
  }

  /** Begins with what was known before, by the names that `values` has it under. */
  begin(known: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(this.#values)) this.#values[name] = known[name] ?? null;
    for (const [name, map] of this.#maps) {
      for (const [key, value] of Object.entries(known[name] ?? {})) map.set(key, value);
    }
  }

  /** Everything, as JSON has it. */
  get values(): Record<string, unknown> {
    const maps = [...this.#maps].map(([name, map]) => [name, Object.fromEntries(map)]);
    return { ...this.#values, ...Object.fromEntries(maps) };
  }

  /** What was there before the program started anew is there no more. */
  forget(): void {
    for (const name of Object.keys(this.#values)) this.#values[name] = null;
    for (const map of this.#maps.values()) map.clear();
  }

  /** @param sent whether this bridge sent it @returns who has changed something; `undefined` where nothing changed */
  take(message: Heard, { sent }: { sent: boolean }): StateCause | undefined {
    let cause: StateCause | undefined;
    for (const entry of this.#entries) {
      if (sent && !entry.sent) continue;
      if (this.#changedBy(entry, message)) cause = sent ? "command" : entry.cause;
    }
    return cause;
  }

  #changedBy(entry: HeardFile, message: Heard): boolean {
    const meant = matchesOscPattern(entry.hear, message.address) && holds(entry.when, message);
    if (!("map" in entry)) {
      return meant &&
        Object.entries(entry.fields).map(([name, field]) =>
          set(this.#values, name, tried(() => readField(field, message)))
        ).some(Boolean);
    }
    const { map: name, key, value, remove, limit } = entry;
    const map = this.#maps.get(name);
    if (map === undefined) return false;
    if (remove !== undefined && matchesOscPattern(remove.hear, message.address)) {
      return map.delete(String(tried(() => readField(remove.key, message))));
    }
    if (!meant) return false;
    const [at, known] = [
      tried(() => readField(key, message)),
      tried(() => value === undefined ? true : readField(value, message)),
    ];
    if (at === undefined || known === undefined) return false;
    map.set(String(at), known);
    if (map.size > limit) { for (const oldest of map.keys()) return map.delete(oldest); }
    return true;
  }
}

function set(values: Record<string, unknown>, name: string, value: unknown): boolean {
  if (value === undefined || values[name] === value) return false;
  values[name] = value;
  return true;
}

/** A message that holds something else than it should changes nothing. */
function tried(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof PatchbayError && error.code === "INVALID_RESULT") return undefined;
    throw error;
  }
}
