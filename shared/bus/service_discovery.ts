/** The subjects on which every service of a NATS system answers who it is: ADR-32. `nats micro ls` asks there. */
import type { Msg } from "@nats-io/nats-core";
import type { Bus } from "./bus.ts";
import { shareSubscription } from "./shared_subscription.ts";

export interface Answers {
  PING(): object;
  INFO(): object;
  STATS(): object;
}

const VERBS = ["PING", "INFO", "STATS"] as const;
const encoder = new TextEncoder();

/**
 * Answers PING, INFO and STATS: to everybody, to those who ask by name, and by name and id. Services of one connection
 * share what they can: each has one subscription of its own, for its id.
 */
export function answerDiscovery(bus: Bus, { name, id }: { name: string; id: string }, answers: Answers): Disposable {
  const answering = (verb: typeof VERBS[number]) => (message: Msg) => {
    const type = `io.nats.micro.v1.${verb.toLowerCase()}_response`;
    message.respond(encoder.encode(JSON.stringify({ type, ...answers[verb]() })));
  };
  const stack = new DisposableStack();
  for (const verb of VERBS) {
    for (const subject of [`$SRV.${verb}`, `$SRV.${verb}.${name}`]) {
      stack.use(shareSubscription(bus, subject, answering(verb)));
    }
  }
  stack.use(shareSubscription(bus, `$SRV.*.${name}.${id}`, (message) => {
    const verb = VERBS.find((verb) => message.subject.startsWith(`$SRV.${verb}.`));
    if (verb !== undefined) answering(verb)(message);
  }));
  return stack;
}
