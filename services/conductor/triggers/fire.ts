/** One firing: looked at from all sides, begun, and written down. */
import { type Bus, publish } from "@patchbay/bus";
import {
  Alert,
  envelope,
  type Id,
  PatchbayError,
  subjects,
  toProblem,
  type Trigger,
  type TriggerFiring,
  type TriggerId,
  UnavailableError,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { Chains } from "./chains.ts";
import { firingId, noteId } from "./firing_ids.ts";
import { writeFiring } from "./firing_log.ts";
import type { Histories } from "./histories.ts";
import { loopOf } from "./loop.ts";
import type { KeptTrigger } from "./records.ts";
import type { StartRun } from "./start_run.ts";

/** Why a trigger is to fire. */
export interface Cause {
  /** Of the event, or of the time. */
  id: Id;
  /** What the firing says of it. */
  facts: { event: Id } | { dueAt: number };
  /** What `$event` names. */
  event: unknown;
  /** For a person: `clip_launched of ableton.ws-01`. */
  what: string;
  /** The run that it happened in, if a command was under way. */
  within?: { correlationId: Id; causationId?: Id | undefined };
  /** When the trigger should have fired, in milliseconds since 1970. */
  since: number;
}

export interface FireDeps {
  bus: Bus;
  start: StartRun;
  /** Whether a run has begun, whoever began it. */
  hasBegun(runId: Id): Promise<boolean>;
  histories: Histories;
  chains: Chains;
  signal: AbortSignal;
}

/**
 * What came of it; `suspended` for a trigger that must not fire any more. What was missed is not written down yet: there may be
 * many of it.
 */
export interface Fired {
  firing: TriggerFiring;
  suspended?: string;
}

/** No timer and no message is quicker, in milliseconds: a trigger that may not be late at all may be so late. */
const GRACE_MS = 1_000;
const REMEDY = "Look at what makes it fire so often, then put the trigger again.";
const log = logger("conductor");

/**
 * Fires a trigger, unless something speaks against it; `undefined` for a firing that was seen to before.
 * @throws {UnavailableError} the bus is away: doing it again begins nothing twice
 */
export async function fire(deps: FireDeps, trigger: KeptTrigger, cause: Cause): Promise<Fired | undefined> {
  const { histories, signal } = deps;
  const id = firingId(cause.id, trigger.id);
  const history = await histories.of(trigger, signal);
  if (history.has(id)) return undefined;
  const now = Date.now();
  const note = (outcome: TriggerFiring["outcome"], reason: string, of: Partial<TriggerFiring> = {}): TriggerFiring => ({
    id,
    triggerId: trigger.id,
    at: now,
    ...cause.facts,
    outcome,
    reason: reason.slice(0, 500),
    ...of,
  });
  const tell = async (firing: TriggerFiring, suspended?: string): Promise<Fired> => {
    history.add(firing.id);
    await writeFiring(deps.bus, firing, signal);
    return suspended === undefined ? { firing } : { firing, suspended };
  };
  if (now - cause.since > trigger.lateMs + GRACE_MS) {
    // the conductor that began it died before it could say so
    if (await deps.hasBegun(id)) return await tell(note("started", cause.what, { runId: id }));
    const late = Math.round((now - cause.since) / 1_000);
    return { firing: note("missed", `${cause.what}: ${late} s ago, when no conductor was there`) };
  }
  const before = await ledTo(deps, cause);
  const chain = [...before, trigger.id];
  const loop = loopOf(before, trigger.id);
  if (loop !== undefined) {
    const loopId = noteId(cause.within?.correlationId ?? cause.id, trigger.id, "loop");
    const firing = note("loop", `${cause.what}: ${loop}`, { id: loopId, chain });
    // what one run does sets it off many times: said once
    return history.has(loopId) ? { firing } : await tell(firing);
  }
  const paceAt = "dueAt" in cause.facts ? cause.facts.dueAt : now;
  if (!history.pace.allows(trigger.maxPerMinute, paceAt)) {
    const why = `it fired more than ${trigger.maxPerMinute} times within a minute`;
    await raiseAlert(deps, trigger, cause, why);
    return await tell(note("suspended", why, { id: noteId(cause.id, trigger.id, "suspended") }), why);
  }
  history.pace.count(paceAt);
  deps.chains.remember(id, chain);
  return await tell({ ...note("started", cause.what, { chain }), ...await started(deps, trigger, cause, id, chain) });
}

async function started(
  { start, signal }: FireDeps,
  trigger: KeptTrigger,
  { event, what }: Cause,
  runId: Id,
  chain: readonly TriggerId[],
): Promise<Pick<TriggerFiring, "outcome" | "reason"> & Partial<TriggerFiring>> {
  try {
    const begun = await start({ runId, trigger, chain, event }, signal);
    log.info("trigger {trigger} fires: {what}", {
      trigger: trigger.id,
      what,
      run: begun.runId,
      outcome: begun.outcome,
    });
    return { ...begun, reason: what };
  } catch (error) {
    signal.throwIfAborted();
    // whether it has begun is not known: whoever sees to the triggers next comes to it again
    if (error instanceof UnavailableError) throw error;
    const problem = toProblem(error, runId);
    const why = error instanceof PatchbayError ? error.message : problem.detail;
    log.warn("trigger {trigger} fails: {error}", { trigger: trigger.id, error });
    return { outcome: "failed", reason: `${what}: ${why}`.slice(0, 500), problem };
  }
}

async function ledTo({ chains, signal }: FireDeps, { within }: Cause): Promise<readonly TriggerId[]> {
  return within === undefined ? [] : await chains.ledTo(within, signal);
}

async function raiseAlert({ bus, signal }: FireDeps, trigger: Trigger, cause: Cause, why: string): Promise<void> {
  const payload = Alert.parse({
    severity: "warning",
    code: "RATE_LIMITED",
    message: `Trigger '${trigger.id}' is suspended: ${why}`,
    remedy: REMEDY,
    at: Date.now(),
    context: { trigger: trigger.id, cause: cause.what },
  });
  const id = noteId(cause.id, trigger.id, "suspended");
  await publish(bus, subjects.alert("warning"), envelope({ type: "error", payload, source: "conductor", id }), {
    signal,
  });
}
