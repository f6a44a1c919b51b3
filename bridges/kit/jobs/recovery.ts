/** After a crash: says what became of the commands of the process before this one, so that nobody waits for them. */
import {
  envelope,
  HEADERS,
  PatchbayError,
  type Result,
  subjects,
  toProblem,
  UnavailableError,
} from "@patchbay/contracts";
import { lastMessageId, packed, resultMessageId } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import type { Executing } from "../execution_journal.ts";
import { type Backoff, backoffMs, pause } from "../supervision/backoff.ts";
import type { JobParts } from "./job_parts.ts";

const log = logger("bridge");
const AGAIN: Backoff = { minMs: 100, maxMs: 5_000 };

/** Tries until the bus answers, or the bridge has ended. Never rejects. */
export async function recover<S>(parts: JobParts<S>, ended: AbortSignal): Promise<void> {
  const { journal } = parts;
  for (const left of journal.leftBehind) {
    for (let failures = 0; !ended.aborted; failures++) {
      try {
        await settle(parts, left);
        journal.end(left.commandId);
        break;
      } catch (error) {
        if (!(error instanceof UnavailableError)) {
          log.error("what became of {command} could not be said: {error}", { command: left.command, error });
          break;
        }
        await pause(backoffMs(failures, AGAIN), ended);
      }
    }
  }
}

async function settle<S>(parts: JobParts<S>, left: Executing): Promise<void> {
  const { ledger, self, spool, options: { bridge, bus } } = parts;
  // it is known, and on its way
  if (spool.holds(`$KV.ledger.${left.key}`)) return;
  const found = await ledger.at(left.key);
  if (found === undefined || found.entry.bridge !== bridge || found.entry.commandId !== left.commandId) return;
  const { entry } = found;
  if (entry.instance === self.instance) return;
  const { commandId } = left;
  if (entry.status === "completed") {
    // the process before this one died before it knew that the result is stored
    const subject = subjects.result(entry.result.app, bridge, entry.result.command);
    if (isBatch(left, entry.result) || await lastMessageId(bus, subject) === resultMessageId(commandId)) return;
    return await keep(parts, left, entry.result, resultMessageId(commandId));
  }
  const result = lostResult(parts, left, entry.startedAt);
  if (left.idempotent) {
    // its caller is told, and whoever sends it again has it done
    await keep(parts, left, result, `${commandId}.lost.${entry.instance}`);
    return await ledger.release(found);
  }
  if (await ledger.settle({ ...found, entry }, result) !== undefined) return;
  log.warn("{command} {commandId} was running when this bridge ended: its outcome is not known", { ...left });
  await keep(parts, left, result, resultMessageId(commandId));
}

/** The history has the results of the commands of a batch that ended, and none of its own. */
const isBatch = ({ command }: Executing, result: Result) => command === "batch" && result.ok;

function lostResult<S>(
  { options: { manifest: { app }, bridge } }: JobParts<S>,
  { command, commandId, correlationId, idempotent }: Executing,
  startedAt: number,
): Result {
  const error = idempotent
    ? PatchbayError.of("APP_NOT_CONNECTED", `Cannot finish ${command}: the bridge ended while it ran`, {
      context: { started: true },
    })
    : new PatchbayError("OUTCOME_UNKNOWN", `Whether ${command} happened is not known: the bridge ended while it ran`, {
      context: { started: true },
    });
  const problem = toProblem(error, correlationId);
  return { commandId, app, bridge, command, startedAt, durationMs: 0, ok: false, problem };
}

/** Resolves once the result is in the history: once, however often it is tried. */
async function keep<S>({ self, spool }: JobParts<S>, left: Executing, result: Result, id: string): Promise<void> {
  const { correlationId, commandId, source: target } = left;
  const message = envelope({
    type: "result",
    payload: result,
    source: self.source,
    target,
    correlationId,
    causationId: commandId,
  });
  const entry = packed(subjects.result(result.app, result.bridge, result.command), message);
  entry.headers[HEADERS.messageId] = id;
  spool.addPacked(entry);
  await spool.stored(entry);
}
