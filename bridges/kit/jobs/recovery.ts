/** After a crash: says what became of the command that the process before this one was running, so that nobody waits for it. */
import { envelope, PatchbayError, type Result, subjects, toProblem, UnavailableError } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { Executing } from "../execution_journal.ts";
import { type Backoff, backoffMs, pause } from "../supervision/backoff.ts";
import type { JobParts } from "./job_parts.ts";

const log = logger("bridge");
const AGAIN: Backoff = { minMs: 100, maxMs: 5_000 };

/** Tries until the bus answers, or the bridge has ended. Never rejects. */
export async function recover<S>(parts: JobParts<S>, ended: AbortSignal): Promise<void> {
  const { leftBehind } = parts.journal;
  if (leftBehind === undefined) return;
  for (let failures = 0; !ended.aborted; failures++) {
    try {
      return await settle(parts, leftBehind);
    } catch (error) {
      if (!(error instanceof UnavailableError)) {
        return log.error("what became of {command} could not be said: {error}", { command: leftBehind.command, error });
      }
      await pause(backoffMs(failures, AGAIN), ended);
    }
  }
}

async function settle<S>(parts: JobParts<S>, left: Executing): Promise<void> {
  const { ledger, self, spool, options: { manifest: { app }, bridge } } = parts;
  const found = await ledger.at(left.key);
  if (found?.entry.status !== "started" || found.entry.bridge !== bridge) return;
  if (found.entry.instance === self.instance || found.entry.commandId !== left.commandId) return;
  const { entry } = found;
  if (left.idempotent) return await ledger.release(found);
  const error = new PatchbayError(
    "OUTCOME_UNKNOWN",
    `Whether ${left.command} happened is not known: the bridge ended while it ran`,
    { context: { started: true } },
  );
  const result: Result = {
    commandId: left.commandId,
    app,
    bridge,
    command: left.command,
    startedAt: entry.startedAt,
    durationMs: 0,
    ok: false,
    problem: toProblem(error, left.correlationId),
  };
  if (await ledger.settle({ ...found, entry }, result) !== undefined) return;
  log.warn("{command} {commandId} was running when this bridge ended: its outcome is not known", { ...left });
  const { correlationId, commandId: causationId, source: target } = left;
  spool.add(
    subjects.result(app, bridge, left.command),
    envelope({ type: "result", payload: result, source: self.source, target, correlationId, causationId }),
  );
}
