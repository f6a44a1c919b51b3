/** The subjects on which every service of a NATS system answers who it is: ADR-32. `nats micro ls` asks there. */
import type { Msg, Subscription } from "@nats-io/nats-core";
import type { Bus } from "./bus.ts";
import { log } from "./log.ts";

export interface Answers {
  PING(): object;
  INFO(): object;
  STATS(): object;
}

const encoder = new TextEncoder();

/** Answers PING, INFO and STATS: to everybody, to those who ask by name, and by name and id. */
export function answerDiscovery(
  bus: Bus,
  { name, id }: { name: string; id: string },
  answers: Answers,
): Subscription[] {
  return (["PING", "INFO", "STATS"] as const).flatMap((verb) => {
    const type = `io.nats.micro.v1.${verb.toLowerCase()}_response`;
    const reply = (error: Error | null, message: Msg) => {
      // a user that may not be found by discovery still serves
      if (error !== null) return log.warn("cannot answer {verb}: {error}", { verb, error: error.message });
      message.respond(encoder.encode(JSON.stringify({ type, ...answers[verb]() })));
    };
    return [`$SRV.${verb}`, `$SRV.${verb}.${name}`, `$SRV.${verb}.${name}.${id}`]
      .map((subject) => bus.nc.subscribe(subject, { callback: reply }));
  });
}
