/** One command from its arrival to its result. */
import {
  ANY_BRIDGE,
  type AppManifest,
  type BridgeId,
  type Command,
  type CommandDefinition,
  type EnvelopeOf,
  type Id,
  PatchbayError,
  type Progress,
  type Result,
  toProblem,
  ValidationError,
} from "@patchbay/contracts";
import { commandFingerprint, type FoundEntry, type PackedMessage } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import { type Application, type Session, unlessAborted } from "./application.ts";
import { type Claim, type ClaimedCommand, type Claims, sentTo } from "./claims.ts";
import { parseArguments, parseResult } from "./command_arguments.ts";
import { type Arrival, type Attempt, deadlineOf, timeoutOf, type Work } from "./command_attempt.ts";
import type { CommandQueue } from "./command_queue.ts";
import { record, traced } from "./command_telemetry.ts";
import { DeadlineTimer } from "./deadline_timer.ts";
import type { Executing, ExecutionJournal } from "./execution_journal.ts";
import {
  afterItBegan,
  isCancellation,
  isLost,
  isUnknown,
  mayBeDoneTwice,
  mayComeAgain,
  stuckIn,
  worthAnotherTry,
} from "./how_it_ended.ts";
import { lifecycleSession } from "./lifecycle_commands.ts";
import { watchOverdue } from "./overdue.ts";
import { ownCommand, type OwnCommands } from "./undo/own_commands.ts";
import { type Outcome, RememberedResults } from "./remembered_results.ts";
import { Stopwatch } from "./stopwatch.ts";

export interface CommandRunnerOptions<S> {
  manifest: AppManifest;
  bridge: BridgeId;
  allowCode: boolean;
  application: Application<S>;
  queue: CommandQueue;
  progress(progress: Progress, command: EnvelopeOf<Command>): void;
  /** A value that is too large to travel becomes one that says where it is. */
  fit(value: unknown, command: EnvelopeOf<Command>): Promise<{ value: unknown; [extra: string]: unknown }>;
  /**
   * Each result, once: not those of repeated commands. Resolves once it is stored or refused; `false` where the bridge ends first.
   * @param decided whether it stays the command's result, whoever sends it again
   */
  onResult(result: Result, command: EnvelopeOf<Command>, decided: boolean): Promise<boolean>;
  /** What the ledger has to keep of a command that is done. Resolves as {@linkcode onResult}. */
  onCompleted(completion: PackedMessage): Promise<boolean>;
  /** A command that may have changed the application is over. */
  onChanged(): void;
  /** The application begins with a command; it has done with it when what this gives is disposed. */
  onBegun(command: EnvelopeOf<Command>): Disposable;
  /** What the bridge does itself, beside its manifest's commands. */
  own: OwnCommands<S>;
  claims: Claims;
  journal: ExecutionJournal;
  /** After its deadline or its cancellation, a command may block the application for so long, in milliseconds. @default 60_000 */
  stuckMs?: number;
}

const log = logger("bridge");
const STUCK_MS = 60_000;

export class CommandRunner<S> {
  readonly #options: CommandRunnerOptions<S>;
  readonly #remembered = new RememberedResults();
  readonly #active = new Map<Id, { controller: AbortController; watch: Stopwatch }>();

  constructor(options: CommandRunnerOptions<S>) {
    this.#options = options;
  }

  /** Answers with the command's result, whatever becomes of it. @param deadline the caller's, in milliseconds since 1970 */
  async run(name: string, command: EnvelopeOf<Command>, deadline?: number): Promise<Result> {
    return (await this.outcome(name, command, { lane: "interactive", deadline })).result;
  }

  /** What becomes of a command. On the interactive lane its result is published; on the other one that is up to the job. */
  async outcome(name: string, command: EnvelopeOf<Command>, arrival: Arrival): Promise<Outcome> {
    const arrived = new Stopwatch();
    const publishes = arrival.lane === "interactive";
    try {
      const { definition, args } = this.#check(name, command, arrival);
      const key = command.payload.idempotencyKey ?? command.id;
      const remembered = { command: name, args, reads: definition.effect === "read" };
      const { outcome, repeated } = this.#remembered.once(key, remembered, async () => {
        const made = await this.#outcome({ name, definition, args, command, key, arrival });
        if (publishes) void this.#publish(made, command);
        record(made.result, made.started);
        return made;
      });
      if (!repeated) return await outcome;
      log.info("{command} {id} came again: it is answered with the first result", { command: name, id: command.id });
      const { completion: _completion, ...first } = await outcome;
      return first.started ? { ...first, found: { bridge: this.#options.bridge } } : first;
    } catch (error) {
      const result = this.#failure(error, name, command, { watch: arrived });
      if (publishes) void this.#options.onResult(result, command, false);
      record(result, false);
      return { result, started: false };
    }
  }

  /** Until all of it is stored, whoever comes after this process has to know of the command. */
  async #publish({ completion, found, result, started, forget }: Outcome, command: EnvelopeOf<Command>): Promise<void> {
    const { onCompleted, onResult, journal } = this.#options;
    const stored = await Promise.all([
      completion === undefined || onCompleted(completion),
      found !== undefined || onResult(result, command, started && forget !== true),
    ]);
    if (stored.every(Boolean)) journal.end(command.id);
  }

  /** Cancels a command: at once while it waits; while it runs, the application is told. */
  cancel(id: Id, reason?: string): void {
    const why = reason === undefined ? "" : `: ${reason}`;
    this.#active.get(id)?.controller.abort(new PatchbayError("CANCELLED", `The command was cancelled${why}`));
  }

  /** Takes a command back that the application has not begun. */
  recall(id: Id): void {
    const active = this.#active.get(id);
    if (active === undefined || active.watch.started) return;
    active.controller.abort(
      PatchbayError.of("APP_NOT_CONNECTED", "The bridge stops, and begins nothing more", {
        context: { started: false },
      }),
    );
  }

  /** Cancels everything. */
  cancelAll(reason: string): void {
    for (const id of this.#active.keys()) this.cancel(id, reason);
  }

  /** @throws {PatchbayError} `UNKNOWN_COMMAND`, `INVALID_REQUEST`, `INVALID_ARGUMENTS`, `CODE_DISABLED` */
  #check(name: string, command: EnvelopeOf<Command>, arrival: Arrival) {
    const { manifest, allowCode, bridge } = this.#options;
    const { payload } = command;
    const { bridge: address } = arrival.sentTo ?? sentTo(command, manifest.app, bridge);
    const own = address === ANY_BRIDGE ? undefined : ownCommand(name);
    const definition: CommandDefinition | undefined = own ??
      (Object.hasOwn(manifest.commands, name) ? manifest.commands[name] : undefined);
    if (definition === undefined) {
      throw PatchbayError.of("UNKNOWN_COMMAND", `${manifest.title} has no command '${name}'`, {
        context: { available: Object.keys(manifest.commands) },
      });
    }
    if (payload.command !== name) {
      throw new ValidationError("INVALID_REQUEST", `Cannot run '${payload.command}' on the subject of '${name}'`);
    }
    if (definition.effect === "open" && !allowCode) {
      throw PatchbayError.of("CODE_DISABLED", `Cannot run ${name}: this bridge was started without --allow-code`);
    }
    return { definition, args: parseArguments(name, definition, payload.args) };
  }

  async #outcome(work: Work): Promise<Outcome> {
    const { command, definition, name } = work;
    const controller = new AbortController();
    const watch = new Stopwatch();
    const attempt: Attempt = { controller, watch, ending: new DisposableStack(), deadline: deadlineOf(work) };
    using _ending = attempt.ending;
    this.#active.set(command.id, attempt);
    this.#limit(work, attempt);
    const complete = (result: Result) => ({ started: true, result, completion: attempt.entry?.complete(result) });
    try {
      const turn = await this.#turns(work, attempt);
      if (turn.kind === "known") {
        const { result, bridge: by } = turn;
        return { started: true, result, found: { bridge: by } };
      }
      if (turn.kind === "settled") return { started: true, result: turn.result, exhausted: turn.exhausted };
      const fitted = await this.#options.fit(parseResult(name, definition, turn.value), command);
      return complete({ ...this.#facts(name, command, attempt), ok: true, ...fitted });
    } catch (error) {
      const certain = !watch.started || mayBeDoneTwice(definition);
      const result = this.#failure(certain ? error : afterItBegan(error), name, command, attempt);
      if (!watch.started) return { started: false, result };
      const interactive = work.arrival.lane === "interactive";
      if (!(interactive ? mayComeAgain(error, definition) : definition.idempotent && isLost(error))) {
        return complete(result);
      }
      // who comes again at once must not find it begun; a job begins it again under the same entry
      if (interactive && attempt.entry !== undefined) await this.#options.claims.release(attempt.entry);
      return { started: true, result, forget: true };
    } finally {
      this.#active.delete(command.id);
      if (watch.started && definition.effect !== "read") this.#options.onChanged();
    }
  }

  #limit(work: Work, { ending, deadline, controller, watch }: Attempt): void {
    if (deadline === undefined) return;
    const passed = () => controller.abort(this.#tooLate(work, watch.started));
    if (deadline <= Date.now()) passed();
    else ending.use(new DeadlineTimer(deadline, passed));
  }

  /** Its turn; while another bridge has the command, it waits for what becomes of it there. */
  async #turns(work: Work, attempt: Attempt): Promise<Exclude<Turn, { kind: "elsewhere" }>> {
    for (;;) {
      const turn = await this.#turn(work, attempt);
      if (turn.kind !== "elsewhere") return turn;
      attempt.abandoned = await this.#elsewhere(work, attempt, turn.found);
    }
  }

  async #elsewhere({ name, definition }: Work, { controller: { signal } }: Attempt, found: FoundEntry) {
    try {
      return await this.#options.claims.changed(found, signal);
    } catch (error) {
      if (!signal.aborted || isCancellation(signal)) throw error;
      const { bridge } = found.entry;
      throw new PatchbayError("DEADLINE_EXCEEDED", `Cannot finish ${name} in time: ${bridge} still has it`, {
        context: { started: true, bridge },
        retryable: mayBeDoneTwice(definition),
      });
    }
  }

  /** Waits for its turn, and has it. */
  #turn(work: Work, attempt: Attempt): Promise<Turn> {
    const { controller, watch } = attempt;
    const { application } = this.#options;
    const own = this.#options.own.find(work.name);
    const session = own?.session ?? lifecycleSession(application, work.definition.kind) ?? application.connected();
    const { signal } = controller;
    const lost = () => controller.abort(lostDuring(work, session, watch.started));
    session.lost.addEventListener("abort", lost, { once: true });
    const { priority } = work.command.payload;
    const task = () => this.#haveTurn(work, attempt, session);
    const turn = own?.waits === false ? task() : this.#options.queue.enqueue(task, { priority, signal });
    const answer = Promise.withResolvers<Turn>();
    // a deadline and a lost application are answered at once; a cancelled command says itself what became of it
    signal.addEventListener("abort", () => {
      if (!isCancellation(signal)) answer.reject(signal.reason);
    }, { once: true });
    turn.then(answer.resolve, answer.reject);
    return answer.promise.finally(() => session.lost.removeEventListener("abort", lost));
  }

  async #haveTurn(work: Work, attempt: Attempt, session: Session<S>): Promise<Turn> {
    const { command, definition, name, arrival } = work;
    const { manifest: { app }, bridge, claims, journal } = this.#options;
    const { signal } = attempt.controller;
    if (definition.effect === "read" && arrival.lane === "interactive") {
      claims.checkFence(name);
      checkSession(work, session);
    } else {
      const claim = await claims.claim(
        this.#wanted(work, attempt),
        (error) => this.#failure(error, name, command, attempt),
      );
      if (claim.kind !== "begun") return claim;
      try {
        // both may have changed while the ledger was asked; from here to the side effect nothing waits
        signal.throwIfAborted();
        claims.checkFence(name);
        checkSession(work, session);
      } catch (error) {
        await claims.release(claim.entry);
        throw error;
      }
      attempt.entry = claim.entry;
    }
    attempt.watch.start();
    attempt.session = session.id;
    if (arrival.lane === "job") {
      attempt.deadline = Math.min(attempt.deadline ?? Infinity, Date.now() + timeoutOf(work));
      this.#limit(work, attempt);
    }
    if (attempt.entry !== undefined && arrival.lane === "interactive") {
      journal.begin(executing(work, attempt.entry.key));
    }
    const value = await traced({ app, bridge, command }, () => this.#execute(work, attempt, session));
    // one that opens the application says what it has opened
    attempt.session ??= this.#options.application.session?.id;
    return { kind: "value", value };
  }

  #wanted({ name, definition, command, key, arrival }: Work, { abandoned }: Attempt): ClaimedCommand {
    const { manifest: { app }, bridge } = this.#options;
    const { idempotent } = definition;
    const { redelivered = false } = arrival;
    return {
      sentTo: arrival.sentTo ?? sentTo(command, app, bridge),
      key,
      commandId: command.id,
      command: name,
      fingerprint: commandFingerprint(command.payload),
      idempotent,
      redelivered,
      abandoned,
    };
  }

  /** Settles when the application is done with it, or is lost: then the next one has its turn. */
  async #execute({ name, definition, args, command }: Work, attempt: Attempt, session: Session<S>): Promise<unknown> {
    const { deadline = Infinity, controller: { signal } } = attempt;
    const { application, manifest: { app }, bridge, stuckMs = STUCK_MS } = this.#options;
    using _begun = this.#options.onBegun(command);
    using _overdue = watchOverdue({
      source: `${app}.${bridge}`,
      command: name,
      signal,
      stuckMs,
      waitsForPerson: () => application.trouble !== undefined,
      giveUp: () => application.lose(session, stuckIn(name, stuckMs)),
    });
    try {
      const progress = (made: Omit<Progress, "commandId">) => {
        if (!signal.aborted) this.#options.progress({ commandId: command.id, ...made }, command);
      };
      const executed = session.adapter.execute({ command: name, args, id: command.id, signal, deadline, progress });
      return await unlessAborted(executed, session.lost);
    } catch (error) {
      if (!signal.aborted || !isCancellation(signal) || session.lost.aborted) throw error;
      // an application that was told to stop may say so in its own words; one that cannot be asked says nothing
      throw isUnknown(error) && !mayBeDoneTwice(definition) ? error : signal.reason;
    }
  }

  #tooLate({ name, definition }: Work, started: boolean): PatchbayError {
    const { trouble } = this.#options.application;
    const found = started ? "it still runs" : "it still waited for its turn, and was not begun";
    return new PatchbayError(
      trouble === undefined ? "DEADLINE_EXCEEDED" : "APP_UNRESPONSIVE",
      `Cannot finish ${name} in time: ${trouble ?? found}`,
      { context: { started }, retryable: !started || mayBeDoneTwice(definition) },
    );
  }

  #failure(error: unknown, name: string, command: EnvelopeOf<Command>, attempt: Timed): Result {
    const { correlationId } = command.metadata;
    if (!(error instanceof PatchbayError)) log.error("{command} failed: {error}", { command: name, error });
    return { ...this.#facts(name, command, attempt), ok: false, problem: toProblem(error, correlationId) };
  }

  #facts(name: string, command: EnvelopeOf<Command>, { watch: { startedAt, durationMs }, session }: Timed) {
    const { manifest: { app }, bridge } = this.#options;
    const facts = { commandId: command.id, app, bridge, command: name, startedAt, durationMs };
    return session === undefined ? facts : { ...facts, session };
  }
}

/** What the turn of a command gave: a value of the application, or what the ledger says of it. */
type Turn = { kind: "value"; value: unknown } | Exclude<Claim, { kind: "begun" }>;

type Timed = Pick<Attempt, "watch" | "session">;

function executing({ command: { id, metadata }, name, definition: { idempotent } }: Work, key: string): Executing {
  const { correlationId, source } = metadata;
  return { key, commandId: id, command: name, correlationId, source, idempotent };
}

/**
 * What had not begun, or may be done again, is worth another try once the application is back; the rest is not known. Who
 * waits for a change is told what happened, though: what the application had open may be gone with it.
 */
function lostDuring<S>({ name, definition, arrival }: Work, { lost }: Session<S>, started: boolean): unknown {
  const isRepeatable = definition.effect === "read" || (definition.idempotent && arrival.lane === "job");
  return started && !isRepeatable ? lost.reason : worthAnotherTry(name, lost.reason, started);
}

/** Nothing of it was begun: what its plan has made so far may be gone. */
function checkSession<S>({ name, command: { payload } }: Work, { id }: Session<S>): void {
  const expected = payload.session;
  if (expected === undefined || id === undefined || id === expected) return;
  throw new PatchbayError(
    "APP_RESTARTED",
    `Cannot run ${name}: the application was started anew since the steps before`,
    {
      context: { started: false, expected, found: id },
    },
  );
}
