/** One command from its arrival to its result. */
import {
  type AppManifest,
  type BridgeId,
  type Command,
  type CommandDefinition,
  type EnvelopeOf,
  type Id,
  type JsonObject,
  PatchbayError,
  type Progress,
  type Result,
  toProblem,
  ValidationError,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { type Application, type Session, unlessAborted } from "./application.ts";
import { parseArguments, parseResult } from "./command_arguments.ts";
import type { CommandQueue } from "./command_queue.ts";
import { record, traced } from "./command_telemetry.ts";
import { DeadlineTimer } from "./deadline_timer.ts";
import { type Outcome, RememberedResults } from "./remembered_results.ts";

export interface CommandRunnerOptions<S> {
  manifest: AppManifest;
  bridge: BridgeId;
  allowCode: boolean;
  application: Application<S>;
  queue: CommandQueue;
  progress(progress: Progress, command: EnvelopeOf<Command>): void;
  /** A value that is too large to travel becomes one that says where it is. */
  fit(value: unknown, command: EnvelopeOf<Command>): Promise<{ value: unknown; [extra: string]: unknown }>;
  /** Each result, once: not those of repeated commands. */
  onResult(result: Result, command: EnvelopeOf<Command>): void;
  /** A command that may have changed the application is over. */
  onChanged(): void;
  /** After its deadline or its cancellation, a command may block the application for so long, in milliseconds. @default 60_000 */
  stuckMs?: number;
}

const log = logger("bridge");
const STUCK_MS = 60_000;
export class CommandRunner<S> {
  readonly #options: CommandRunnerOptions<S>;
  readonly #remembered = new RememberedResults();
  readonly #active = new Map<Id, AbortController>();

  constructor(options: CommandRunnerOptions<S>) {
    this.#options = options;
  }

  /** Answers with the command's result, whatever becomes of it. @param deadline the caller's, in milliseconds since 1970 */
  async run(name: string, command: EnvelopeOf<Command>, deadline?: number): Promise<Result> {
    const arrival = new Stopwatch();
    try {
      const { definition, args } = this.#check(name, command.payload);
      const key = command.payload.idempotencyKey ?? command.id;
      const until = deadlineOf(command.payload, definition, deadline);
      const remembered = { command: name, args, reads: definition.effect === "read" };
      const { outcome, repeated } = this.#remembered.once(key, remembered, async () => {
        const made = await this.#outcome({ name, definition, args, command, deadline: until });
        this.#options.onResult(made.result, command);
        record(made.result, made.started);
        return made;
      });
      if (repeated) {
        log.info("{command} {id} came again: it is answered with the first result", { command: name, id: command.id });
      }
      return (await outcome).result;
    } catch (error) {
      const result = this.#failure(error, name, command, arrival);
      this.#options.onResult(result, command);
      record(result, false);
      return result;
    }
  }

  /** Cancels a command: at once while it waits; while it runs, the application is told. */
  cancel(id: Id, reason?: string): void {
    const why = reason === undefined ? "" : `: ${reason}`;
    this.#active.get(id)?.abort(new PatchbayError("CANCELLED", `The command was cancelled${why}`));
  }

  /** Cancels everything. */
  cancelAll(reason: string): void {
    for (const id of this.#active.keys()) this.cancel(id, reason);
  }

  /** @throws {PatchbayError} `UNKNOWN_COMMAND`, `INVALID_REQUEST`, `INVALID_ARGUMENTS`, `CODE_DISABLED` */
  #check(name: string, payload: Command): { definition: CommandDefinition; args: JsonObject } {
    const { manifest, allowCode } = this.#options;
    const definition = Object.hasOwn(manifest.commands, name) ? manifest.commands[name] : undefined;
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
    this.#active.set(command.id, controller);
    using _deadline = new DeadlineTimer(work.deadline, () => controller.abort(this.#tooLate(work, watch.started)));
    try {
      const value = await this.#turn(work, controller, watch);
      const fitted = await this.#options.fit(parseResult(name, definition, value), command);
      return { started: true, result: { ...this.#facts(name, command, watch), ok: true, ...fitted } };
    } catch (error) {
      return { started: watch.started, result: this.#failure(error, name, command, watch) };
    } finally {
      this.#active.delete(command.id);
      if (watch.started && definition.effect !== "read") this.#options.onChanged();
    }
  }

  /** Waits for its turn, and has it. */
  #turn(work: Work, controller: AbortController, watch: Stopwatch): Promise<unknown> {
    const session = this.#options.application.connected();
    const { signal } = controller;
    const lost = () => controller.abort(lostDuring(work, session, watch.started));
    session.lost.addEventListener("abort", lost, { once: true });
    const { manifest: { app }, bridge } = this.#options;
    const { priority } = work.command.payload;
    const turn = this.#options.queue.enqueue(() => {
      watch.start();
      return traced({ app, bridge, command: work.command }, () => this.#execute(work, session, signal));
    }, { priority, signal });
    const answer = Promise.withResolvers<unknown>();
    // a deadline and a lost application are answered at once; a cancelled command says itself what became of it
    signal.addEventListener("abort", () => {
      if (!isCancellation(signal)) answer.reject(signal.reason);
    }, { once: true });
    turn.then(answer.resolve, answer.reject);
    return answer.promise.finally(() => session.lost.removeEventListener("abort", lost));
  }

  /** Settles when the application is done with it, or is lost: then the next one has its turn. */
  async #execute(work: Work, session: Session<S>, signal: AbortSignal): Promise<unknown> {
    const { name, args, command, deadline } = work;
    const stuckMs = this.#options.stuckMs ?? STUCK_MS;
    let stuck: ReturnType<typeof setTimeout> | undefined;
    const { application } = this.#options;
    const patience = () => {
      // who waits behind a dialog is not stuck: it goes on when somebody answers the dialog
      const give = () =>
        application.trouble === undefined ? application.lose(session, stuckIn(name, stuckMs)) : patience();
      stuck = setTimeout(give, stuckMs);
    };
    signal.addEventListener("abort", patience, { once: true });
    try {
      const progress = (made: Omit<Progress, "commandId">) => {
        if (!signal.aborted) this.#options.progress({ commandId: command.id, ...made }, command);
      };
      const executed = session.adapter.execute({ command: name, args, id: command.id, signal, deadline, progress });
      return await unlessAborted(executed, session.lost);
    } catch (error) {
      // an application that was told to stop may say so in its own words
      throw signal.aborted && isCancellation(signal) && !session.lost.aborted ? signal.reason : error;
    } finally {
      clearTimeout(stuck);
      signal.removeEventListener("abort", patience);
    }
  }

  #tooLate({ name }: Work, started: boolean): PatchbayError {
    const { trouble } = this.#options.application;
    const found = started ? "it still runs" : "it still waited for its turn, and was not begun";
    return new PatchbayError(
      trouble === undefined ? "DEADLINE_EXCEEDED" : "APP_UNRESPONSIVE",
      `Cannot finish ${name} in time: ${trouble ?? found}`,
      { context: { started } },
    );
  }

  #failure(error: unknown, name: string, command: EnvelopeOf<Command>, watch: Stopwatch): Result {
    const { correlationId } = command.metadata;
    if (!(error instanceof PatchbayError)) log.error("{command} failed: {error}", { command: name, error });
    return { ...this.#facts(name, command, watch), ok: false, problem: toProblem(error, correlationId) };
  }

  #facts(name: string, command: EnvelopeOf<Command>, { startedAt, durationMs }: Stopwatch) {
    const { manifest: { app }, bridge } = this.#options;
    return { commandId: command.id, app, bridge, command: name, startedAt, durationMs };
  }
}

interface Work {
  name: string;
  definition: CommandDefinition;
  args: JsonObject;
  command: EnvelopeOf<Command>;
  deadline: number;
}

/** When the application began, and how long it took: by the monotonic clock. */
class Stopwatch {
  started = false;
  startedAt = Date.now();
  #from = performance.now();

  start(): void {
    this.started = true;
    this.startedAt = Date.now();
    this.#from = performance.now();
  }

  get durationMs(): number {
    return this.started ? performance.now() - this.#from : 0;
  }
}

function deadlineOf(payload: Command, definition: CommandDefinition, deadline: number | undefined): number {
  if (payload.timeoutMs === undefined) return deadline ?? Date.now() + definition.timeoutMs;
  return Math.min(deadline ?? Infinity, Date.now() + payload.timeoutMs);
}

const isCancellation = ({ reason }: AbortSignal) => reason instanceof PatchbayError && reason.code === "CANCELLED";

/** What had not begun, or may be done again, is worth another try once the application is back; the rest is not known. */
function lostDuring<S>({ name, definition }: Work, { lost }: Session<S>, started: boolean): unknown {
  if (started && !definition.idempotent) return lost.reason;
  const why = lost.reason instanceof PatchbayError ? lost.reason.message : "it broke";
  return PatchbayError.of("APP_NOT_CONNECTED", `Cannot finish ${name}: ${why}`, {
    cause: lost.reason,
    context: { started },
  });
}

const stuckIn = (name: string, stuckMs: number) =>
  new PatchbayError("APP_UNRESPONSIVE", `${name} does not end, ${stuckMs} ms after it was told to`);
