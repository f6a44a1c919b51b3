/** One step, or one round of it, from its place to what became of it: placed, its start stored, sent, taken over. */
import {
  ANY_BRIDGE,
  type AppName,
  type BridgeId,
  type CommandDocument,
  type Id,
  type JsonObject,
  type ManifestDocument,
  newId,
  type Problem,
  type Run,
  type RunEvent,
  type Step,
  type StepId,
  type StepRun,
} from "@patchbay/contracts";
import { isPlacedWithRun, type Place, type PlacedEffect, Placement } from "./placement.ts";
import type { RunLog } from "./run_log.ts";
import { attemptUntilDone, type StepAttempts, type StepAttemptsDeps } from "./step_attempts.ts";
import { nobodyCame, WAIT_FOR_BRIDGE_MS, whenSeen } from "./step_bridge.ts";
import { documentOf, isOwn, mayChange, needsNoApplication } from "./step_document.ts";
import { runStepJob } from "./step_job.ts";
import { failed, type StepOutcome } from "./step_outcome.ts";
import { outcomeOfBegun } from "./step_takeover.ts";

export interface StepRunnerDeps extends StepAttemptsDeps {
  manifests(): ReadonlyMap<AppName, ManifestDocument>;
}

export interface StepRunnerOptions {
  run: Run;
  log: RunLog;
  /** Fires when the run is to be cancelled. */
  cancelled: AbortSignal;
  /** Fires when this conductor no longer has the run. */
  abandoned: AbortSignal;
}

/** What is run: a step, or one round of it. */
export interface Work {
  step: Step;
  /** As they were bound. */
  args: JsonObject;
  round?: number | undefined;
  /** @default a new one */
  commandId?: Id | undefined;
  /** As another conductor left it; absent where nobody has begun it. */
  before?: StepRun | undefined;
}

const DEFAULT_TIMEOUT_MS = 10_000;

export class StepRunner {
  readonly #deps: StepRunnerDeps;
  readonly #options: StepRunnerOptions;
  readonly #stopped: AbortSignal;
  readonly #placement: Placement;
  /** The commands of the steps that go to one bridge, by application. */
  readonly #together = new Map<AppName, { steps: Set<StepId>; commands: Set<string> }>();

  constructor(deps: StepRunnerDeps, options: StepRunnerOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#stopped = AbortSignal.any([options.cancelled, options.abandoned]);
    this.#placement = new Placement(options.run, (step) => this.#effectOf(step));
    for (const step of options.run.plan.steps) this.expect(step);
  }

  /** The run has this step, too. */
  expect(step: Step): void {
    if (!isPlacedWithRun(step)) return;
    const together = this.#together.get(step.app) ?? { steps: new Set(), commands: new Set() };
    this.#together.set(step.app, together);
    together.steps.add(step.id);
    together.commands.add(step.command);
  }

  documentOf(step: Step): CommandDocument | undefined {
    return documentOf(step, this.#deps.manifests());
  }

  /**
   * Runs it to its end.
   * @throws the reason of `abandoned`; what could not be appended
   */
  async run(work: Work): Promise<StepOutcome> {
    const { step } = work;
    const document = this.documentOf(step);
    let { before, commandId = before?.commandId ?? newId() } = work;
    for (;;) {
      const place = before?.bridge ?? await this.#place(work, document);
      if (typeof place !== "string") return place;
      const outcome = await this.#runAt(place, { ...work, before, commandId }, document);
      if (outcome !== "elsewhere") return outcome;
      this.#placement.leave(step.app, place);
      before = undefined;
      commandId = newId();
    }
  }

  /**
   * Reads something where a step was done.
   * @throws the reason of `abandoned`
   */
  async read(
    step: Step,
    { bridge, session }: { bridge: BridgeId; session?: Id },
    round?: number,
  ): Promise<StepOutcome> {
    const { run, cancelled, abandoned } = this.#options;
    const document = this.documentOf(step);
    const outcome = await attemptUntilDone(this.#deps, {
      runId: run.id,
      correlationId: run.correlationId,
      step,
      bridge,
      session,
      document,
      args: step.args,
      commandId: newId(),
      priority: step.priority ?? run.plan.priority ?? "normal",
      timeoutMs: step.timeoutMs ?? document?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      cancelled,
      abandoned,
      waiting: (reason, problem) => this.#waiting(step, round, reason, problem),
      mayLeave: () => false,
    });
    if (outcome === "elsewhere") throw new Error(`'${step.command}' went elsewhere, which it may not`);
    return outcome;
  }

  async #runAt(
    bridge: Place,
    { step, round, args, before, commandId }: Work & { commandId: Id },
    document: CommandDocument | undefined,
  ): Promise<StepOutcome | "elsewhere"> {
    const { run, log, cancelled, abandoned } = this.#options;
    const effect = this.#effectOf(step, document);
    const session = before === undefined
      ? effect === "reopens" ? undefined : this.#placement.sessionOf(step.app, bridge)
      : before.session;
    const command: StepAttempts = {
      runId: run.id,
      correlationId: run.correlationId,
      step,
      bridge,
      session,
      document,
      args,
      commandId,
      priority: step.priority ?? run.plan.priority ?? "normal",
      timeoutMs: step.timeoutMs ?? document?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      cancelled,
      abandoned,
      waiting: (reason, problem) => this.#waiting(step, round, reason, problem),
      mayLeave: () => this.#mayLeave(step, bridge, effect),
      async anew() {
        const again: StepAttempts = { ...this, commandId: newId() };
        await log.append(started(again));
        return again;
      },
    };
    const started = (command: StepAttempts) => this.#started(command, round);
    // from here on no other step of the run leaves this bridge
    using _touching = effect === "reads" ? undefined : this.#placement.touch(step.app, bridge);
    if (before === undefined) await log.append(started(command));
    const outcome = await this.#send(command, before);
    if (outcome !== "elsewhere") this.#ended(step, bridge, effect, outcome);
    return outcome;
  }

  async #send(command: StepAttempts, before: StepRun | undefined): Promise<StepOutcome | "elsewhere"> {
    if (command.document?.lane === "job") {
      if (before === undefined) await this.#tellQueued(command);
      return await runStepJob(this.#deps, command, before === undefined ? undefined : before.resultsAfter ?? 0);
    }
    if (before !== undefined) {
      const known = await outcomeOfBegun(this.#deps, command, before);
      if (known !== undefined) return known;
    }
    return await attemptUntilDone(this.#deps, command);
  }

  /** A job waits in the queue for as long as its workstation is off. */
  async #tellQueued({ step: { app }, bridge, waiting }: StepAttempts): Promise<void> {
    const { here } = this.#deps;
    const isHere = bridge === ANY_BRIDGE ? here.leastBusy(app) !== undefined : here.get(app, bridge) !== undefined;
    if (!isHere) {
      await waiting(
        `waits in the queue until ${bridge === ANY_BRIDGE ? `a bridge of '${app}'` : `${app}.${bridge}`} is here`,
      );
    }
  }

  #started({ step, bridge, session, commandId, args }: StepAttempts, round: number | undefined): RunEvent {
    const started: RunEvent = {
      type: "STEP_STARTED",
      at: Date.now(),
      stepId: step.id,
      ...(round === undefined ? {} : { round }),
      bridge,
      ...(session === undefined ? {} : { session }),
      commandId,
      resultsAfter: this.#deps.results.position,
    };
    if (args === step.args) return started;
    const whole = { ...started, args };
    // what is too large to be kept can be bound again
    return this.#options.log.fits(whole) ? whole : started;
  }

  #ended({ app }: Step, place: Place, effect: PlacedEffect, outcome: StepOutcome): void {
    if (effect === "reads") return;
    if (outcome.status === "succeeded") {
      const { bridge, session } = outcome;
      if (effect === "reopens") this.#placement.reopened(app, bridge, session);
      else this.#placement.changed(app, bridge, session);
    } else if (place !== ANY_BRIDGE && !(outcome.status === "failed" && isHarmless(outcome.problem))) {
      this.#placement.changed(app, place, undefined);
    }
  }

  #effectOf(step: Step, document = this.documentOf(step)): PlacedEffect {
    if (needsNoApplication(step, document)) return "reopens";
    return mayChange(document) ? "changes" : "reads";
  }

  #mayLeave(step: Step, bridge: Place, effect: PlacedEffect): boolean {
    const mine = effect === "reads" ? 0 : 1;
    return isPlacedWithRun(step) && bridge !== ANY_BRIDGE && this.#placement.mayLeave(step.app, bridge, mine) &&
      this.#choose(step, this.documentOf(step)) !== undefined;
  }

  /** Where it goes; or how it ended, because nobody came who could have it. */
  async #place(work: Work, document: CommandDocument | undefined): Promise<Place | StepOutcome> {
    const { step, round } = work;
    const { here } = this.#deps;
    let place = this.#placement.of(step) ?? this.#choose(step, document);
    if (place === undefined && document?.lane === "job" && this.#together.get(step.app)?.steps.size === 1) {
      // nothing of the run has to be where it is done: it waits in the queue for whoever comes
      return ANY_BRIDGE;
    }
    if (place === undefined) {
      const timeoutMs = step.waitForBridgeMs ?? (document?.lane === "job" ? Infinity : WAIT_FOR_BRIDGE_MS);
      const look = () => (place = this.#placement.of(step) ?? this.#choose(step, document)) !== undefined;
      try {
        if (timeoutMs > 0) await this.#waiting(step, round, `waits for a bridge of '${step.app}'`);
        await whenSeen(here, step.app, { look, timeoutMs, signal: this.#stopped });
      } catch (error) {
        this.#options.abandoned.throwIfAborted();
        if (!this.#options.cancelled.aborted) throw error;
        return { status: "cancelled" };
      }
      if (place === undefined) return failed(nobodyCame(step, ANY_BRIDGE, timeoutMs), this.#options.run);
    }
    if (isPlacedWithRun(step) && place !== ANY_BRIDGE) this.#placement.choose(step.app, place);
    return place;
  }

  /** The bridge that is best for all the steps that go together, else the one that is best for this one. */
  #choose(step: Step, document: CommandDocument | undefined): BridgeId | undefined {
    const { here, offers, breakers } = this.#deps;
    const { app } = step;
    if (needsNoApplication(step, document)) {
      for (const { presence: { bridge } } of here.of(app)) {
        if (isOwn(step) || offers(app, bridge, step.command)) return bridge;
      }
      return undefined;
    }
    const commands = [...this.#together.get(app)?.commands ?? []];
    const works = (bridge: BridgeId) => breakers.of(app, bridge).closedFor === 0;
    return here.leastBusy(app, (bridge) => works(bridge) && commands.every((name) => offers(app, bridge, name))) ??
      here.leastBusy(app, (bridge) => isOwn(step) || offers(app, bridge, step.command));
  }

  #waiting({ id }: Step, round: number | undefined, reason: string, problem?: Problem): Promise<void> {
    return this.#options.log.append({
      type: "STEP_WAITING",
      at: Date.now(),
      stepId: id,
      ...(round === undefined ? {} : { round }),
      reason,
      ...(problem === undefined ? {} : { problem }),
    });
  }
}

/** Whether a problem says that nothing was begun. */
const isHarmless = ({ context }: Problem): boolean => context?.["started"] === false;
