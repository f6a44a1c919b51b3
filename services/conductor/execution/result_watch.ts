/** The stored results of one command, as its step needs them. */
import { wasNotBegun } from "@patchbay/bus";
import { ANY_BRIDGE, type Id, type Lane, type Result, type Step } from "@patchbay/contracts";
import { setTimeout as wait } from "node:timers/promises";
import type { Place } from "./placement.ts";
import type { ResultFeed } from "./result_feed.ts";

export interface Watched {
  commandId: Id;
  step: Pick<Step, "app" | "command">;
  /** Where it goes. */
  bridge: Place;
  /** Fires when this conductor no longer has the run. */
  abandoned: AbortSignal;
}

/** Whether whoever says what became of a step is one that it was sent to: others hear the ids of commands that are cancelled. */
const isOf = ({ step: { app, command }, bridge }: Watched, result: Result) =>
  result.app === app && result.command === command && (bridge === ANY_BRIDGE || bridge === result.bridge);

/** Whether another bridge of the application gets the command, because this one did not begin it. */
const isPassedOn = ({ bridge }: Watched, result: Result) =>
  bridge === ANY_BRIDGE && !result.ok && wasNotBegun(result.problem);

/** Listens for the stored result of a command, from before it is sent. */
export class ResultWatch implements Disposable {
  readonly #listening: Disposable;
  readonly #abandoned: AbortSignal;
  /** Attempts that are dealt with, by when they began: their results come here too, maybe late. */
  readonly #handled = new Set<number>();
  #found = Promise.withResolvers<Result>();

  /** @param lane on the durable one a result is final: nobody else gets the command */
  constructor(feed: ResultFeed, watched: Watched, lane: Lane = "interactive") {
    this.#abandoned = watched.abandoned;
    this.#listening = feed.listen(watched.commandId, (result) => {
      if (
        isOf(watched, result) && !this.#handled.has(result.startedAt) &&
        !(lane === "interactive" && isPassedOn(watched, result))
      ) {
        this.#found.resolve(result);
      }
    });
  }

  get result(): Promise<Result> {
    return this.#found.promise;
  }

  /** Takes no notice of this result any more. */
  handled(result: Result): void {
    this.#handled.add(result.startedAt);
    this.#found = Promise.withResolvers();
  }

  /** The result, or `undefined` after `timeoutMs`, or when `until` fires. @throws the reason of `abandoned` */
  async next(timeoutMs: number, until?: AbortSignal): Promise<Result | undefined> {
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, this.#abandoned, ...(until === undefined ? [] : [until])]);
    const timeout = wait(timeoutMs, undefined, { signal }).catch(() => undefined);
    try {
      return await Promise.race([this.#found.promise, timeout]);
    } finally {
      done.abort();
      this.#abandoned.throwIfAborted();
    }
  }

  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
  }
}
