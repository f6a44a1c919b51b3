/** Which datagram answers which question: one question in flight for each key, the others pipelined, lost ones asked again. */
import { PatchbayError } from "@patchbay/contracts";
import { unlessAborted } from "../../application.ts";
import { sameValue } from "./argument.ts";
import { encodeMessage, type OscMessage, type ReceivedMessage } from "./codec.ts";
import { keyOf, type OscAnswer, type OscMatch, type Question } from "./request.ts";

export interface AskOptions {
  timeoutMs: number;
  attempts: number;
  signal: AbortSignal;
}

export interface CorrelationOptions {
  send(datagram: Uint8Array): void;
  match: OscMatch;
  onRetry(): void;
  onDuplicate(): void;
}

interface Pending {
  question: Question;
  /** When it was first asked: the answer to something later is not for it. */
  sent: number;
  resolve(answer: OscAnswer): void;
  reject(error: unknown): void;
}

/** An answer that came, and may come again as often as its question was repeated. */
interface Answered {
  answer: ReceivedMessage;
  more: number;
  until: number;
}

/** A repeated answer can come for so long, in milliseconds. */
const DUPLICATE_MS = 2_000;

export class Correlation {
  readonly #options: CorrelationOptions;
  readonly #inFlight = new Map<string, Pending>();
  readonly #turns = new Map<string, Promise<void>>();
  readonly #answered = new Map<string, Answered>();
  /** What the application complained about, and nobody could be told. */
  #complaint: { text: string; at: number } | undefined;

  constructor(options: CorrelationOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** @throws {PatchbayError} `APP_UNRESPONSIVE` where no answer comes, `COMMAND_FAILED` where the application says why */
  async ask(question: Question, message: OscMessage, options: AskOptions): Promise<OscAnswer> {
    const key = keyOf(question);
    const datagram = encodeMessage(message);
    const turn = Promise.withResolvers<void>();
    const before = this.#turns.get(key);
    const mine = (before ?? Promise.resolve()).then(() => turn.promise);
    this.#turns.set(key, mine);
    try {
      if (before !== undefined) await unlessAborted(before, options.signal);
      options.signal.throwIfAborted();
      return await this.#asked(key, question, datagram, options);
    } finally {
      turn.resolve();
      if (this.#turns.get(key) === mine) this.#turns.delete(key);
    }
  }

  /** Whether the message was somebody's answer, or one that came again. */
  take(message: ReceivedMessage): boolean {
    for (const [key, pending] of this.#inFlight) {
      if (!this.#options.match(pending.question, message)) continue;
      this.#inFlight.delete(key);
      pending.resolve({ ...message, values: message.args.slice(pending.question.ids.length) });
      return true;
    }
    return this.#isRepeated(message);
  }

  /** Gives an error to the question that it is about; `false` where that cannot be known. */
  complain(text: string, args: readonly unknown[]): boolean {
    const all = [...this.#inFlight];
    const named = all.filter(([, { question }]) => args.includes(question.address) || text.includes(question.address));
    const [about, ...more] = named.length > 0 ? named : all;
    if (about === undefined || more.length > 0) {
      this.#complaint = { text, at: performance.now() };
      return false;
    }
    const [key, { question, reject }] = about;
    this.#inFlight.delete(key);
    reject(PatchbayError.of("COMMAND_FAILED", `The application refuses ${question.address}: ${text}`));
    return true;
  }

  /** Everything that waits fails. */
  fail(reason: PatchbayError): void {
    for (const { reject } of this.#inFlight.values()) reject(reason);
    this.#inFlight.clear();
  }

  async #asked(key: string, question: Question, datagram: Uint8Array, options: AskOptions): Promise<OscAnswer> {
    const { timeoutMs, attempts, signal } = options;
    const { promise, resolve, reject } = Promise.withResolvers<OscAnswer>();
    const pending: Pending = { question, sent: performance.now(), resolve, reject };
    this.#inFlight.set(key, pending);
    let asked = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const attempt = () => {
      if (asked === attempts) return reject(this.#unanswered(question, attempts, pending.sent));
      if (asked++ > 0) this.#options.onRetry();
      this.#options.send(datagram);
      timer = setTimeout(attempt, timeoutMs);
    };
    attempt();
    try {
      const answer = await promise;
      if (asked > 1) this.#answered.set(key, { answer, more: asked - 1, until: performance.now() + DUPLICATE_MS });
      return answer;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      if (this.#inFlight.get(key) === pending) this.#inFlight.delete(key);
    }
  }

  /** The same values again for a question that was asked more than once; other values are news. */
  #isRepeated(message: ReceivedMessage): boolean {
    for (const [key, answered] of this.#answered) {
      if (answered.until < performance.now()) this.#answered.delete(key);
      else if (sameMessage(answered.answer, message)) {
        if (--answered.more === 0) this.#answered.delete(key);
        this.#options.onDuplicate();
        return true;
      }
    }
    return false;
  }

  #unanswered({ address }: Question, attempts: number, since: number): PatchbayError {
    const complaint = this.#complaint !== undefined && this.#complaint.at >= since ? this.#complaint.text : undefined;
    const reported = complaint === undefined ? "" : `; meanwhile it reported '${complaint}'`;
    return PatchbayError.of(
      complaint === undefined ? "APP_UNRESPONSIVE" : "COMMAND_FAILED",
      `The application does not answer ${address}, asked ${attempts} time(s)${reported}`,
      { context: { address, attempts, ...(complaint === undefined ? {} : { reported: complaint }) } },
    );
  }
}

function sameMessage(one: ReceivedMessage, other: ReceivedMessage): boolean {
  return one.address === other.address && one.args.length === other.args.length &&
    one.args.every((arg, i) => sameValue(arg, other.args[i]!));
}
