/** Asking JetStream until it answers: only for what may be asked twice, because it reads or carries a message id. */
import type { Msg } from "@nats-io/nats-core";
import { UnavailableError } from "@patchbay/contracts";
import { orCancelled } from "./abort.ts";
import { backoffMs, pause } from "./backoff.ts";
import { type Bus, whenConnected } from "./bus.ts";
import { checkSize } from "./headers.ts";
import type { Outcome } from "./inbox.ts";

export interface Question {
  /** For the error: `Cannot publish to patchbay.v1.run.x`. */
  action: string;
  subject: string;
  data: Uint8Array;
  headers: Record<string, string>;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Whether an answer says that it is worth asking again. */
  isTemporary?(answer: Msg): boolean;
}

/** How long one answer may take before the question is repeated: a lost acknowledgement. */
const ATTEMPT_TIMEOUT_MS = 2_000;

/**
 * Asks until there is an answer, over reconnections and restarts of the server.
 * @throws {UnavailableError} `BUS_UNAVAILABLE` after `timeoutMs`: what was asked may have happened all the same
 * @throws {PatchbayError} `PAYLOAD_TOO_LARGE`, `FORBIDDEN`, `CANCELLED`
 */
export function askUntilAnswered(bus: Bus, question: Question): Promise<Msg> {
  return orCancelled(question.action, question.signal, () => ask(bus, question));
}

async function ask(bus: Bus, { action, subject, data, headers, timeoutMs, signal, isTemporary }: Question) {
  const end = performance.now() + timeoutMs;
  let last: Outcome["kind"] | "not connected" | "refused for now" = "not connected";
  for (let attempt = 0;; attempt++) {
    const left = () => end - performance.now();
    if (await whenConnected(bus, left(), signal)) {
      checkSize(subject, data, headers, bus.maxPayload);
      const outcome = await bus.inbox.exchange({
        subject,
        data,
        headers,
        signal,
        timeoutMs: Math.min(ATTEMPT_TIMEOUT_MS, left()),
        untilDisconnected: true,
      });
      last = outcome.kind;
      if (outcome.kind === "reply") {
        if (isTemporary === undefined || !isTemporary(outcome.message)) return outcome.message;
        last = "refused for now";
      }
    }
    const wait = Math.min(backoffMs(attempt), Math.max(0, left()));
    if (bus.nc.isClosed() || left() <= wait) throw unavailable(action, last, timeoutMs);
    await pause(wait, signal);
  }
}

const FOUND = {
  "not connected": "the bus is not connected",
  disconnected: "the connection broke before the answer",
  timeout: "the server does not answer",
  nobody: "JetStream has nothing that takes this subject",
  "refused for now": "JetStream is not ready",
  reply: "the answer came too late",
} as const;

function unavailable(action: string, last: keyof typeof FOUND, timeoutMs: number): UnavailableError {
  return new UnavailableError("BUS_UNAVAILABLE", `${action}: ${FOUND[last]}, tried for ${Math.round(timeoutMs)} ms`);
}
