/** The one answer of a batch holds each result, and has to fit into one message. */
import { MAX_INLINE_BYTES, type Problem } from "@patchbay/contracts";

/** What a message takes, with room for the envelope around the answer. */
const ANSWER_BYTES = 960 * 1024;
/** One result without its value or problem, whatever the names in it. */
const FACTS_BYTES = 500;
/** A value of this size is no larger than the reference to it; a problem of this size has lost what can be left out. */
const LEAST_BYTES = 400;
const encoder = new TextEncoder();

/** What is left for values and problems; the least of each is set aside from the beginning. */
export class AnswerBudget {
  #left: number;

  constructor(commands: number) {
    this.#left = ANSWER_BYTES - commands * (FACTS_BYTES + LEAST_BYTES);
  }

  /** How large the next value may be inline, in bytes; a larger one goes to the object store. */
  get valueBytes(): number {
    return Math.max(LEAST_BYTES, Math.min(MAX_INLINE_BYTES, this.#left));
  }

  /** Takes a value in. */
  value(value: unknown): void {
    this.#left -= Math.max(0, sizeOf(value) - LEAST_BYTES);
  }

  /** Takes a problem in, as far as it fits; the history has the whole one. */
  problem(problem: Problem): Problem {
    const more = sizeOf(problem) - LEAST_BYTES;
    if (more <= Math.max(0, this.#left)) {
      this.#left -= Math.max(0, more);
      return problem;
    }
    const { errors: _errors, context: _context, correlationId: _correlationId, ...rest } = problem;
    return { ...rest, detail: problem.detail.slice(0, 100), remedy: "" };
  }
}

const sizeOf = (value: unknown) => encoder.encode(JSON.stringify(value)).length;
