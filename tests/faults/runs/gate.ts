/**
 * Holds a process at a moment of its work until whoever started it has struck: it says on its output where it stands, and
 * reads on its input when to go on. Nothing is held that was not asked for.
 */
import type { Bus } from "@patchbay/bus";
import { z } from "zod";
import { TextLineStream } from "../../text_lines.ts";
import { Moment, Transition, transitionsOf } from "./transitions.ts";

/** Where to hold: at the `nth` time that the process comes there. */
export const Hold = z.object({
  id: z.string(),
  transition: Transition,
  moment: Moment,
  nth: z.number().int().positive(),
});
export type Hold = z.infer<typeof Hold>;

/** What a process is told, a line each. */
export const Told = z.union([
  z.object({ arm: z.array(Hold) }),
  z.object({ goOn: z.string() }),
]);
/** What a process says, a line each. */
export const Said = z.union([
  z.object({ here: z.literal(true) }),
  z.object({ armed: z.literal(true) }),
  z.object({ at: z.string() }),
]);

interface Armed extends Hold {
  seen: number;
}

export class Gate {
  #armed: Armed[] = [];
  readonly #held = new Map<string, () => void>();

  constructor() {
    void this.#listen();
  }

  say(said: z.infer<typeof Said>): void {
    Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(said)}\n`));
  }

  /** Resolves at once, unless this is where to hold. */
  async pass(transition: Transition, moment: Moment): Promise<void> {
    const here = this.#armed.find((hold) =>
      hold.transition === transition && hold.moment === moment && ++hold.seen === hold.nth
    );
    if (here === undefined) return;
    this.#armed = this.#armed.filter((hold) => hold !== here);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(here.id, resolve);
    this.say({ at: here.id });
    await promise;
  }

  /** The bus, with all that is published or asked on it going through this gate. */
  before(bus: Bus): Bus {
    const leases = new Set<string>();
    const exchange: Bus["inbox"]["exchange"] = async (question) => {
      const { subject, data, headers } = question;
      const transitions = transitionsOf(subject, data, headers, leases);
      for (const transition of transitions) await this.pass(transition, "before");
      const outcome = bus.inbox.exchange(question);
      // what is held here is told of it later
      outcome.catch(() => {});
      for (const transition of transitions) await this.pass(transition, "sent");
      const told = await outcome;
      for (const transition of transitions) await this.pass(transition, "after");
      return told;
    };
    const inbox = new Proxy(bus.inbox, { get: (target, name) => name === "exchange" ? exchange : own(target, name) });
    return new Proxy(bus, { get: (target, name) => name === "inbox" ? inbox : own(target, name) });
  }

  /** Ends the process with whoever started it. */
  async #listen(): Promise<never> {
    const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) {
      const told = Told.parse(JSON.parse(line));
      if ("arm" in told) {
        this.#armed = told.arm.map((hold) => ({ ...hold, seen: 0 }));
        this.say({ armed: true });
      } else {
        this.#held.get(told.goOn)?.();
        this.#held.delete(told.goOn);
      }
    }
    Deno.exit(3);
  }
}

/** As the object itself has it: what is private in it is not the proxy's. */
function own<T extends object>(target: T, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === "function" ? value.bind(target) : value;
}
