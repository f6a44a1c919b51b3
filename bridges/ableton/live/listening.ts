/**
 * Listeners in AbletonOSC. What they say looks like answers, they stay with their object while tracks move, and those of a
 * bridge that is gone go on: so each is registered with a number of its own, which it repeats in front of the value.
 */
import type { OscArgument, OscValue, ReceivedOscMessage } from "@patchbay/bridge-kit";
import type { LiveConnection } from "./connection.ts";
import { int } from "./properties.ts";

/** No value and no index of Live's is as great. */
const FIRST = 1_600_000_000;
const BEYOND = 2_000_000_000;

export type Heard = (value: OscValue) => void;

export interface Listened {
  /** `/live/track` */
  object: string;
  property: string;
  ids: readonly number[];
  heard: Heard;
}

interface Registered extends Listened {
  token: number;
}

/** Whether a message is a listener's, ours or anybody's. */
export function isListener({ args }: Pick<ReceivedOscMessage, "args">): boolean {
  const token = args.at(-2);
  return typeof token === "number" && token >= FIRST && token < BEYOND;
}

/** So many are registered in one tick, that none is lost in the system's buffer. */
const AT_ONCE = 48;

export class Listening {
  readonly #live: LiveConnection;
  readonly #byToken = new Map<number, Registered>();
  #next = FIRST + Math.floor(Math.random() * (BEYOND - FIRST) / 2);
  #sending: Promise<void> = Promise.resolve();

  constructor(live: LiveConnection) {
    this.#live = live;
  }

  get size(): number {
    return this.#byToken.size;
  }

  /** Registers; the present value is heard first. @returns what `stop` takes */
  start(wanted: readonly Listened[]): number[] {
    const registered = wanted.map((one) => ({ ...one, token: this.#next++ }));
    for (const one of registered) this.#byToken.set(one.token, one);
    this.#sendAll(registered.map((one) => message("start_listen", one)));
    return registered.map(({ token }) => token);
  }

  /** Ends them, while their objects are still where they were. */
  stop(tokens: readonly number[]): void {
    const known = this.forget(tokens);
    this.#sendAll(known.map((one) => message("stop_listen", one)));
  }

  /** Hears them no more: their objects are elsewhere or gone, so that nobody can stop them. */
  forget(tokens: readonly number[]): Registered[] {
    const known = tokens.flatMap((token) => this.#byToken.get(token) ?? []);
    for (const { token } of known) this.#byToken.delete(token);
    return known;
  }

  /** All anew: the script was loaded anew and knows none of them. */
  again(): void {
    this.#sendAll([...this.#byToken.values()].map((one) => message("start_listen", one)));
  }

  /** Whether it was a listener's message; one of another bridge, or of an object that is gone, is not passed on. */
  take(args: readonly OscValue[]): boolean {
    if (!isListener({ args })) return false;
    const value = args.at(-1);
    if (value !== undefined) this.#byToken.get(Number(args.at(-2)))?.heard(value);
    return true;
  }

  /** Resolves once all that was to be sent is sent. */
  get settled(): Promise<void> {
    return this.#sending;
  }

  #sendAll(messages: readonly { address: string; args: OscArgument[] }[]): void {
    const { osc, ended } = this.#live;
    this.#sending = this.#sending.then(async () => {
      for (const [i, { address, args }] of messages.entries()) {
        if (ended.aborted) return;
        if (i > 0 && i % AT_ONCE === 0) await this.#live.barrier(ended);
        osc.send(address, args);
      }
    }).catch(() => {
      // Live does not answer, or refuses one of them: its values are looked at now and then all the same
    });
  }
}

const message = (verb: string, { object, property, ids, token }: Registered) => ({
  address: `${object}/${verb}/${property}`,
  args: [...ids.map(int), int(token)],
});
