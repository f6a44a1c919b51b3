/**
 * Results as the bridges store them, on stream RESULTS: how the conductor learns what became of a command whose answer was
 * lost with a connection, or with the conductor that asked.
 */
import { type Bus, readStream } from "@patchbay/bus";
import { ANY_BRIDGE, type Id, Result, type Step, subjects, WILDCARD } from "@patchbay/contracts";
import { isUnderItsAddress } from "../own_address.ts";

type Listener = (result: Result) => void;

export class ResultFeed implements AsyncDisposable {
  readonly #bus: Bus;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #listeners = new Map<Id, Listener>();
  readonly #taps = new Set<Listener>();
  #position = 0;
  #following: Promise<unknown> = Promise.resolve();

  private constructor(bus: Bus, signal: AbortSignal) {
    this.#bus = bus;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  static async start(bus: Bus, signal: AbortSignal): Promise<ResultFeed> {
    const feed = new ResultFeed(bus, signal);
    const all = { subject: subjects.result(WILDCARD, WILDCARD, WILDCARD), payload: Result, signal: feed.#signal };
    for await (const { seq } of readStream(bus, "RESULTS", { ...all, from: "last-per-subject", follow: false })) {
      feed.#position = Math.max(feed.#position, seq);
    }
    signal.throwIfAborted();
    const follow = async () => {
      const from = feed.#position + 1;
      for await (const { seq, subject, message } of readStream(bus, "RESULTS", { ...all, from, follow: true })) {
        feed.#position = seq;
        if (!isUnderItsAddress(subject, message.payload)) continue;
        feed.#listeners.get(message.payload.commandId)?.(message.payload);
        for (const tap of feed.#taps) tap(message.payload);
      }
    };
    feed.#following = follow().then(() => undefined, (error: unknown) => error);
    return feed;
  }

  /** Resolves when it follows no longer; with the error that ended it, if one did. */
  get ended(): Promise<unknown> {
    return this.#following;
  }

  /** The sequence up to which it has read: the result of a command that is sent now comes after it. */
  get position(): number {
    return this.#position;
  }

  /** Calls `listener` with each result of one command, until it is disposed. */
  listen(commandId: Id, listener: Listener): Disposable {
    this.#listeners.set(commandId, listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(commandId) };
  }

  /** Calls `listener` with each result of every command behind {@linkcode position}, until it is disposed. */
  tap(listener: Listener): Disposable {
    this.#taps.add(listener);
    return { [Symbol.dispose]: () => void this.#taps.delete(listener) };
  }

  /**
   * The result of a command that was sent when the feed was at `after`, if it is stored: the last one, since those before it
   * are of attempts that had no effect.
   */
  async find(
    { step: { app, command }, bridge }: { step: Pick<Step, "app" | "command">; bridge: string },
    { commandId, after, signal }: { commandId: Id; after: number; signal: AbortSignal },
  ): Promise<Result | undefined> {
    const on = bridge === ANY_BRIDGE ? WILDCARD : bridge;
    const options = { subject: subjects.result(app, on, command), payload: Result, from: after + 1, follow: false };
    let last: Result | undefined;
    for await (const { subject, message: { payload } } of readStream(this.#bus, "RESULTS", { ...options, signal })) {
      if (payload.commandId === commandId && isUnderItsAddress(subject, payload)) last = payload;
    }
    signal.throwIfAborted();
    return last;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }
}
