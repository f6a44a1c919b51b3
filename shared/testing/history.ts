/** What happened in a test of faults, as those saw it who were there: callers, the application, the streams. */
import { type ErrorCode, type Id, IdempotencyKey, type PatchbayError, type Result } from "@patchbay/contracts";
import type { Faults } from "./faults/faults.ts";

/** One thing that happened. `at` is by `performance.now()`. */
export type HistoryEntry =
  & { at: number }
  & (
    | {
      what: "invoked";
      commandId: Id;
      key: string;
      command: string;
      effect: boolean;
      idempotent: boolean;
      job: boolean;
    }
    /** The bridge, or the stream JOBS, has taken it. */
    | { what: "accepted"; commandId: Id }
    /** The application did it. */
    | { what: "effect"; commandId: Id; value: unknown }
    /** Its one answer, as a caller or a stream got it. */
    | { what: "result"; commandId: Id; from: ResultSource; outcome: Outcome }
    /** The caller got no result: the bus, the bridge or the time was at an end. */
    | { what: "unanswered"; commandId: Id; code: ErrorCode }
    /** The job's message was acknowledged. */
    | { what: "acked"; commandId: Id }
    | { what: "event"; id: string; name: string }
    /** Something after which nobody can know what became of what ran. */
    | { what: "disturbed"; why: string }
  );

/** `caller` for an answer, `stream` for what RESULTS holds. */
export type ResultSource = "caller" | "stream";

export type Outcome =
  | { ok: true; value: unknown }
  | { ok: false; code: ErrorCode; retryable: boolean; started: boolean | undefined };

export interface Invocation {
  commandId: Id;
  command: string;
  /** @default the command's id */
  key?: string;
  /** Whether it changes the application. @default true */
  effect?: boolean;
  /** @default false */
  idempotent?: boolean;
  /** On the durable lane: it is accepted once it is in the stream. @default false */
  job?: boolean;
}

export interface History {
  readonly seed: number;
  readonly entries: readonly HistoryEntry[];
  readonly faults: Faults | undefined;
  invoked(invocation: Invocation): void;
  accepted(commandId: Id): void;
  /**
   * To be called by the simulated application at the moment of the side effect.
   * @param value what the command will answer
   * @param at when it was, where that is only learnt afterwards, by this process's `performance.now()`
   */
  effect(commandId: Id, value?: unknown, at?: number): void;
  result(result: Result, from?: ResultSource): void;
  unanswered(commandId: Id, error: PatchbayError): void;
  acked(commandId: Id): void;
  /** @param id what makes it this event and no other: its envelope's id */
  event(id: string, name: string): void;
  /** A process was killed, a link cut, the bus partitioned: what the faults do is known without. */
  disturbed(why: string): void;
  print(): string;
}

/**
 * Starts to write down.
 * @param seed printed when the check fails, so that the run can be repeated
 * @param faults the weather; what it does counts as a disturbance
 */
export function startHistory(seed: number, faults?: Faults): History {
  const entries: HistoryEntry[] = [];
  const add = (entry: WithoutTime<HistoryEntry>) => void entries.push({ at: performance.now(), ...entry });
  return {
    seed,
    entries,
    faults,
    invoked({ commandId, command, key = commandId, effect = true, idempotent = false, job = false }) {
      add({ what: "invoked", commandId, key: IdempotencyKey.parse(key), command, effect, idempotent, job });
    },
    accepted: (commandId) => add({ what: "accepted", commandId }),
    effect: (commandId, value, at = performance.now()) => void entries.push({ at, what: "effect", commandId, value }),
    result: (result, from = "caller") =>
      add({ what: "result", commandId: result.commandId, from, outcome: outcomeOf(result) }),
    unanswered: (commandId, { code }) => add({ what: "unanswered", commandId, code }),
    acked: (commandId) => add({ what: "acked", commandId }),
    event: (id, name) => add({ what: "event", id, name }),
    disturbed: (why) => add({ what: "disturbed", why }),
    print: () => entries.map(describeEntry).join("\n"),
  };
}

/** One line: `+12.3 ms result 0199… {"ok":true}`. */
export function describeEntry({ at, what, ...facts }: HistoryEntry): string {
  return `+${at.toFixed(1)} ms ${what} ${JSON.stringify(facts)}`;
}

type WithoutTime<T> = T extends { at: number } ? Omit<T, "at"> : never;

function outcomeOf(result: Result): Outcome {
  if (result.ok) return { ok: true, value: result.value };
  const { code, retryable, context } = result.problem;
  const started = context?.["started"];
  return { ok: false, code, retryable, started: typeof started === "boolean" ? started : undefined };
}
