/** The work of the one conductor that has the lease `triggers`: it hears every event, knows what is due, and fires. */
import type { StreamItem } from "@patchbay/bus";
import {
  type AppEvent,
  failedFilter,
  formatAddress,
  isEventOf,
  type OnEvent,
  type TriggerFiring,
  type TriggerId,
} from "@patchbay/contracts";
import { dueBetween, isSchedule, nextDue, type TriggerSchedule } from "@patchbay/contracts/trigger-validation";
import { Alarm } from "./alarm.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { debounce } from "./debounce.ts";
import { type Cause, fire, type FireDeps } from "./fire.ts";
import { dueTime, firingId, noteId } from "./firing_ids.ts";
import { writeFiring } from "./firing_log.ts";
import type { HeldEvent, KeptTrigger, TriggerState } from "./records.ts";

export interface DutyDeps extends FireDeps {
  checkpoint: Checkpoint;
  /** What went wrong for good: the duty is over. */
  onFailed(error: unknown): void;
}

interface Known {
  trigger: KeptTrigger;
  revision: number;
  /** When its schedule is due next, in milliseconds since 1970. */
  nextAt: number | undefined;
}

export class Duty implements Disposable {
  readonly #deps: DutyDeps;
  readonly #known = new Map<TriggerId, Known>();
  readonly #alarm = new Alarm(() => void this.#inTurn(() => this.#ring()));
  /** One thing after the other. */
  #tail: Promise<unknown> = Promise.resolve();
  /** Whether all that was there at the beginning is seen to. */
  #live = false;
  /** Events that came too late, the first one of each trigger: told as one. */
  readonly #missed = new Map<TriggerId, { firing: TriggerFiring; count: number }>();

  constructor(deps: DutyDeps) {
    this.#deps = deps;
  }

  /** A trigger was put, or put again. */
  put(trigger: KeptTrigger, revision: number): void {
    const { checkpoint, histories } = this.#deps;
    const known: Known = { trigger, revision, nextAt: undefined };
    if (this.#known.has(trigger.id)) histories.forget(trigger.id);
    this.#known.set(trigger.id, known);
    const state = checkpoint.state(trigger.id, revision);
    // whoever has put it waits for this
    if (!checkpoint.knows(trigger.id, revision)) checkpoint.set(trigger.id, state, "now");
    known.nextAt = this.#nextOf(known);
    this.#arm();
  }

  /** A trigger was deleted. */
  delete(id: TriggerId): void {
    this.#known.delete(id);
    this.#deps.histories.forget(id);
    void this.#inTurn(async () => {
      if (!this.#known.has(id)) await this.#deps.checkpoint.remove(id);
    });
  }

  /** All triggers are known now: what is kept of others is not needed any more. */
  loaded(): void {
    for (const id of this.#deps.checkpoint.ids) if (!this.#known.has(id)) this.delete(id);
  }

  /** Everything that happened while nobody was there is seen to: what is due from now on is due now. @param seq the last of it */
  goLive(seq: number): void {
    void this.#inTurn(async () => {
      for (const { firing, count } of this.#missed.values()) {
        const reason = count === 1 ? firing.reason : `${count} events, the first one ${firing.reason}`;
        await this.#tell({ ...firing, reason });
      }
      this.#missed.clear();
      this.#deps.checkpoint.advance(seq);
      this.#live = true;
      await this.#ring();
    });
  }

  /** Resolves once all triggers have seen the event. */
  async happened({ seq, storedAt, message: { id, metadata, payload } }: StreamItem<AppEvent>): Promise<void> {
    const { correlationId, causationId } = metadata;
    const event: HeldEvent = {
      id,
      storedAt,
      correlationId,
      ...(causationId === undefined ? {} : { causationId }),
      payload,
    };
    await this.#inTurn(async () => {
      for (const known of [...this.#known.values()]) {
        const { when } = known.trigger;
        if (!isSchedule(when) && isEventOf(when, payload)) await this.#hears(known, when, event);
      }
      // what was not told yet is looked at again by whoever comes next
      if (this.#missed.size === 0) this.#deps.checkpoint.advance(seq);
    });
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    await this.#tail;
  }

  [Symbol.dispose](): void {
    this.#alarm[Symbol.dispose]();
  }

  async #hears(known: Known, when: OnEvent, event: HeldEvent): Promise<void> {
    const { trigger, revision } = known;
    const state = this.#deps.checkpoint.state(trigger.id, revision);
    if (trigger.paused || state.suspended !== undefined) return;
    // read again by whoever took over; the clocks of two machines are not compared otherwise
    if (!this.#live && event.storedAt < trigger.putAt) return;
    const failed = failedFilter(when, event.payload);
    if (failed !== undefined) {
      return this.#show(known, notFired(trigger.id, event, "filtered", `'${failed.path}' is not as it should be`));
    }
    const now = this.#live ? Date.now() : event.storedAt;
    if (trigger.debounceMs === 0) return await this.#fire(known, causeOf(event, now));
    const { due, replaced, pending } = debounce(state.pending, event, { now, debounceMs: trigger.debounceMs });
    if (due !== undefined) await this.#fire(known, causeOf(due.event, due.dueAt));
    const after = this.#deps.checkpoint.state(trigger.id, revision);
    if (after.suspended !== undefined) return;
    const last = replaced === undefined
      ? after.last
      : notFired(trigger.id, replaced, "debounced", "another one came soon after it");
    this.#set(known, { ...after, pending, ...(last === undefined ? {} : { last }) });
    this.#arm();
  }

  async #firePending(known: Known): Promise<void> {
    const { checkpoint } = this.#deps;
    const { pending } = checkpoint.state(known.trigger.id, known.revision);
    if (pending === undefined) return;
    await this.#fire(known, causeOf(pending.event, pending.dueAt));
    const { pending: _, ...rest } = checkpoint.state(known.trigger.id, known.revision);
    this.#set(known, rest);
  }

  /** Fires everything that is due. */
  async #ring(): Promise<void> {
    const now = Date.now();
    for (const known of [...this.#known.values()]) {
      const { trigger, revision, nextAt } = known;
      const { suspended, pending } = this.#deps.checkpoint.state(trigger.id, revision);
      if (trigger.paused || suspended !== undefined) continue;
      if (pending !== undefined && pending.dueAt <= now) await this.#firePending(known);
      if (nextAt !== undefined && nextAt <= now && isSchedule(trigger.when)) {
        await this.#fireSchedule(known, trigger.when, now);
      }
    }
    this.#arm();
  }

  /** Of several times that have passed, the last one counts; the others are told. */
  async #fireSchedule(known: Known, schedule: TriggerSchedule, now: number): Promise<void> {
    const { trigger: { id } } = known;
    const due = dueBetween(schedule, this.#seenTo(known), now);
    if (due === undefined) return;
    const { first, last, before } = due;
    if (before > 0) {
      const reason = `due ${before}${before >= 1_000 ? " times or more" : before === 1 ? " time" : " times"} from ${
        new Date(first).toISOString()
      } on, when no conductor was there`;
      const note: TriggerFiring = {
        id: noteId(dueTime(first), id, "missed"),
        triggerId: id,
        at: now,
        dueAt: first,
        outcome: "missed",
        reason,
      };
      await this.#tell(note);
    }
    await this.#fire(known, {
      id: dueTime(last),
      facts: { dueAt: last },
      event: { at: last },
      what: `due at ${new Date(last).toISOString()}`,
      since: last,
    });
    this.#set(known, { ...this.#deps.checkpoint.state(id, known.revision), handledAt: last });
    known.nextAt = this.#nextOf(known);
  }

  async #fire(known: Known, cause: Cause): Promise<void> {
    const { trigger, revision } = known;
    const fired = await fire(this.#deps, trigger, cause);
    if (fired === undefined) return;
    const { firing, suspended } = fired;
    if (firing.outcome === "missed") await this.#miss(firing);
    if (suspended === undefined) return this.#show(known, firing, firing.outcome === "loop" ? "later" : "soon");
    const { pending: _, ...state } = this.#deps.checkpoint.state(trigger.id, revision);
    this.#set(known, { ...state, suspended, last: firing }, "now");
  }

  async #miss(firing: TriggerFiring): Promise<void> {
    if (this.#live) return await this.#tell(firing);
    const before = this.#missed.get(firing.triggerId);
    this.#missed.set(firing.triggerId, { firing: before?.firing ?? firing, count: (before?.count ?? 0) + 1 });
  }

  #tell(firing: TriggerFiring): Promise<void> {
    return writeFiring(this.#deps.bus, firing, this.#deps.signal);
  }

  #show(known: Known, last: TriggerFiring, pace: "soon" | "later" = "later"): void {
    this.#set(known, { ...this.#deps.checkpoint.state(known.trigger.id, known.revision), last }, pace);
  }

  /** What is known of a trigger that was put again meanwhile is of no use. */
  #set({ trigger: { id }, revision }: Known, state: TriggerState, pace: "now" | "soon" | "later" = "soon"): void {
    if (this.#known.get(id)?.revision === revision) this.#deps.checkpoint.set(id, state, pace);
  }

  /** Until when its schedule was seen to. A time is seen to once it has fired, however often its trigger was put. */
  #seenTo({ trigger, revision }: Known): number {
    const { handledAt } = this.#deps.checkpoint.state(trigger.id, revision);
    return handledAt ?? ("at" in trigger.when ? -1 : trigger.putAt);
  }

  #nextOf(known: Known): number | undefined {
    const { when, paused } = known.trigger;
    return paused || !isSchedule(when) ? undefined : nextDue(when, this.#seenTo(known));
  }

  #arm(): void {
    if (!this.#live) return;
    let next = Infinity;
    for (const { trigger, revision, nextAt = Infinity } of this.#known.values()) {
      const { suspended, pending } = this.#deps.checkpoint.state(trigger.id, revision);
      if (suspended === undefined && !trigger.paused) next = Math.min(next, nextAt, pending?.dueAt ?? Infinity);
    }
    this.#alarm.set(next === Infinity ? undefined : next);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const { signal, onFailed } = this.#deps;
    const done = this.#tail.then(() => signal.aborted ? undefined : work()).catch((error) => {
      if (!signal.aborted) onFailed(error);
    });
    this.#tail = done;
    return done;
  }
}

function causeOf({ id, correlationId, causationId, payload }: HeldEvent, since: number): Cause {
  return {
    id,
    facts: { event: id },
    event: payload,
    what: `${payload.event} of ${formatAddress(payload)}`,
    within: { correlationId, causationId },
    since,
  };
}

function notFired(
  triggerId: TriggerId,
  { id, storedAt }: HeldEvent,
  outcome: "filtered" | "debounced",
  reason: string,
): TriggerFiring {
  return { id: firingId(id, triggerId), triggerId, at: storedAt, event: id, outcome, reason };
}
