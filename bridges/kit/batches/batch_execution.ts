/** One batch that has its turn: its commands one after another, and what is done where one of them fails. */
import {
  type AppManifest,
  type Batch,
  type BatchItem,
  type BatchResult,
  type BridgeId,
  type EnvelopeOf,
  type Id,
  type JsonObject,
  newId,
  PatchbayError,
  type Problem,
  type Progress,
  type Result,
  toProblem,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { AdapterProgress, UndoGroup } from "../adapter.ts";
import { type Application, type Session, unlessAborted } from "../application.ts";
import { parseArguments, parseResult } from "../command_arguments.ts";
import { record, traced } from "../command_telemetry.ts";
import { afterItBegan, mayBeDoneTwice } from "../how_it_ended.ts";
import type { FittedValue } from "../large_values.ts";
import { AnswerBudget } from "./answer_budget.ts";
import { type ApplicationCall, callApplication } from "./application_call.ts";
import { bindArguments } from "./batch_references.ts";
import type { CheckedCommand } from "./check_batch.ts";
import { inverseOf } from "./inverse.ts";

export interface BatchExecutionOptions<S> {
  manifest: AppManifest;
  bridge: BridgeId;
  application: Application<S>;
  session: Session<S>;
  message: EnvelopeOf<Batch>;
  commands: readonly CheckedCommand[];
  /** Of the whole batch, in milliseconds since 1970. */
  deadline: number;
  /** Somebody cancels the batch. */
  signal: AbortSignal;
  /** @throws {PatchbayError} `LEASE_LOST`: another process may have this bridge's id */
  checkFence(command: string): void;
  /** A value that is larger becomes one that says where it is. */
  fit(value: unknown, name: string, maxBytes: number): Promise<FittedValue>;
  progress(progress: Progress, cause: EnvelopeOf<unknown>): void;
  onResult(result: Result, cause: EnvelopeOf<unknown>): void;
  stuckMs: number;
}

/** What the application did. */
interface Done {
  index: number;
  command: CheckedCommand;
  args: JsonObject;
  value: unknown;
}

const log = logger("bridge");

export class BatchExecution<S> {
  readonly #options: BatchExecutionOptions<S>;
  readonly #answer = Promise.withResolvers<BatchResult>();
  readonly #items: BatchItem[] = [];
  readonly #done: Done[] = [];
  readonly #values = new Map<number, unknown>();
  readonly #budget: AnswerBudget;
  readonly #startedAt = Date.now();
  readonly #from = performance.now();
  #changes = false;

  constructor(options: BatchExecutionOptions<S>) {
    this.#options = options;
    this.#budget = new AnswerBudget(options.commands.length);
  }

  /** May come before the application is let go of. Rejects where nothing was begun. */
  get answer(): Promise<BatchResult> {
    return this.#answer.promise;
  }

  /** Whether a command was begun that is not only a question. */
  get changes(): boolean {
    return this.#changes;
  }

  /** Resolves once the application is let go of; never rejects. */
  async run(): Promise<void> {
    try {
      const group = await this.#openGroup();
      await this.#runAll();
      const undone = !this.#succeeded && this.#mode === "undo" && await this.#undo(group);
      if (group !== undefined && (this.#succeeded || this.#mode !== "undo")) await this.#close(group, "keep");
      this.#conclude(undone);
    } catch (error) {
      this.#answer.reject(error);
    }
  }

  get #mode(): Batch["onError"] {
    return this.#options.message.payload.onError;
  }

  get #succeeded(): boolean {
    const { commands } = this.#options;
    return this.#items.length === commands.length && this.#items.every(({ status }) => status === "succeeded");
  }

  async #openGroup(): Promise<UndoGroup | undefined> {
    const { commands, message: { payload }, session } = this.#options;
    const changing = commands.filter(({ definition }) => definition.effect !== "read").length;
    if (changing === 0 || (commands.length === 1 && this.#mode !== "undo")) return undefined;
    const label = payload.label ?? `Batch of ${commands.length} commands`;
    return await session.adapter.group?.(label, session.lost, this.#options.message.id);
  }

  async #runAll(): Promise<void> {
    const { commands } = this.#options;
    for (const [index, command] of commands.entries()) {
      if (this.#whyNoMore() !== undefined) return;
      const call = await this.#runOne(index, command);
      const { status } = this.#items[index]!;
      const over = status === "failed" && (this.#mode !== "continue" || this.#whyNoMore() !== undefined);
      // nobody waits past a deadline for what cannot change the answer
      if (over && this.#mode !== "undo") this.#conclude(false);
      const released = await call?.call.released;
      if (status === "failed" && call !== undefined && released?.done) {
        this.#done.push({ index, command, args: call.args, value: released.value });
      }
      if (over) return;
    }
  }

  /** The reason for which the rest is left out, other than that a command failed. */
  #whyNoMore(): unknown {
    const { signal, session, deadline } = this.#options;
    if (signal.aborted) return signal.reason;
    if (session.lost.aborted) return session.lost.reason;
    if (Date.now() < deadline) return undefined;
    return new PatchbayError("DEADLINE_EXCEEDED", "Cannot finish the batch in time: the rest was not begun");
  }

  /** Runs one command and notes what became of it; the call is what the application may still be busy with. */
  async #runOne(
    index: number,
    command: CheckedCommand,
  ): Promise<{ call: ApplicationCall; args: JsonObject } | undefined> {
    const { name, definition, timeoutMs } = command;
    const { deadline } = this.#options;
    const id = newId();
    const facts = this.#facts(id, name);
    let begun: { call: ApplicationCall; args: JsonObject } | undefined;
    let result: Result;
    try {
      const args = command.refers
        ? parseArguments(name, definition, bindArguments(command.args, this.#values))
        : command.args;
      const until = Math.min(deadline, Date.now() + timeoutMs);
      const made = await this.#traced(id, name, () => {
        const call = this.#call({ command, args, id, until, progress: (inner) => this.#progress(index, name, inner) });
        begun = { call, args };
        return call.answer;
      });
      const value = parseResult(name, definition, made);
      const fitted = await this.#options.fit(value, name, this.#budget.valueBytes);
      this.#budget.value(fitted.value);
      this.#done.push({ index, command, args, value });
      this.#values.set(index, value);
      result = { ...facts(), ok: true, ...fitted };
    } catch (error) {
      const certain = begun === undefined || mayBeDoneTwice(definition);
      result = { ...facts(), ok: false, problem: this.#problem(certain ? error : afterItBegan(error), name) };
    }
    this.#items[index] = { command: name, status: result.ok ? "succeeded" : "failed", result: this.#inAnswer(result) };
    this.#tell(result, begun !== undefined);
    this.#progress(index, name, { fraction: 1 });
    return begun;
  }

  #call({ command: { name, definition }, args, id, until, progress, signal = this.#options.signal }: {
    command: Pick<CheckedCommand, "name" | "definition">;
    args: JsonObject;
    id: Id;
    until: number;
    progress(progress: AdapterProgress): void;
    signal?: AbortSignal;
  }): ApplicationCall {
    const { session, application, stuckMs } = this.#options;
    this.#options.checkFence(name);
    if (definition.effect !== "read") this.#changes = true;
    const onStuck = (error: PatchbayError) => application.lose(session, error);
    return callApplication({
      session,
      name,
      definition,
      args,
      id,
      deadline: until,
      signal,
      progress,
      stuckMs,
      onStuck,
    });
  }

  /** Takes back what was done. @returns whether that was all of it */
  async #undo(group: UndoGroup | undefined): Promise<boolean> {
    if (!this.#changes) {
      if (group !== undefined) await this.#close(group, "keep");
      return true;
    }
    let undone = true;
    for (const done of this.#done.toReversed()) {
      const { effect, undo } = done.command.definition;
      // what the application itself undoes goes back with the group
      if (effect === "read" || (group !== undefined && undo === "app")) continue;
      undone = await this.#takeBack(done);
      if (!undone) break;
    }
    if (group === undefined) return undone;
    if (!await this.#close(group, "undo")) return false;
    for (const { index, command } of this.#done) if (command.definition.undo === "app") this.#mark(index);
    return undone;
  }

  async #takeBack({ index, command, args, value }: Done): Promise<boolean> {
    const { manifest, session } = this.#options;
    const id = newId();
    let facts = this.#facts(id, command.name);
    let result: Result;
    try {
      if (session.lost.aborted) throw session.lost.reason;
      const inverse = inverseOf(command.definition, { args, result: value });
      const definition = inverse === undefined ? undefined : manifest.commands[inverse.command];
      if (inverse === undefined || definition === undefined) return false;
      const name = inverse.command;
      facts = this.#facts(id, name);
      const bound = parseArguments(name, definition, inverse.args);
      const until = Date.now() + definition.timeoutMs;
      const signal = new AbortController().signal;
      const made = await this.#traced(id, name, () => {
        const call = this.#call({ command: { name, definition }, args: bound, id, until, signal, progress: () => {} });
        return call.answer.finally(() => call.released);
      });
      const given = parseResult(name, definition, made);
      const fitted = await this.#options.fit(given, name, this.#budget.valueBytes);
      result = { ...facts(), ok: true, ...fitted };
      this.#mark(index);
    } catch (error) {
      log.error("{command} could not be taken back: {error}", { command: command.name, error });
      result = { ...facts(), ok: false, problem: this.#problem(error, command.name) };
    }
    this.#tell(result, true);
    return result.ok;
  }

  #mark(index: number): void {
    const item = this.#items[index];
    if (item?.status === "succeeded") this.#items[index] = { ...item, status: "undone" };
  }

  async #close(group: UndoGroup, outcome: "keep" | "undo"): Promise<boolean> {
    const { session } = this.#options;
    if (session.lost.aborted) return false;
    try {
      return await unlessAborted(group.close(outcome), session.lost);
    } catch (error) {
      log.error("a group of commands could not be ended: {error}", { error });
      return false;
    }
  }

  #conclude(undone: boolean): void {
    const { message, manifest, bridge, commands } = this.#options;
    const items = commands.map(({ name }, index): BatchItem =>
      this.#items[index] ?? { command: name, status: "skipped" }
    );
    const why = this.#items.length < commands.length ? this.#whyNoMore() : undefined;
    this.#answer.resolve({
      batchId: message.id,
      app: manifest.app,
      bridge,
      ok: this.#succeeded,
      undone,
      ...(why === undefined ? {} : { problem: this.#problem(why, "batch") }),
      startedAt: this.#startedAt,
      durationMs: performance.now() - this.#from,
      items,
    });
  }

  #progress(index: number, name: string, { fraction, message, data }: AdapterProgress): void {
    const { commands, message: batch, progress } = this.#options;
    const total = commands.length;
    progress({
      commandId: batch.id,
      fraction: (index + Math.min(1, Math.max(0, fraction ?? 0))) / total,
      message: `${index + 1} of ${total}: ${message ?? name}`.slice(0, 1000),
      ...(data === undefined ? {} : { data }),
    }, batch);
  }

  #traced(id: Id, name: string, run: () => Promise<unknown>): Promise<unknown> {
    const { manifest: { app }, bridge, message } = this.#options;
    const payload = { command: name, args: {}, priority: message.payload.priority };
    return traced({ app, bridge, command: { ...message, id, payload } }, run);
  }

  #tell(result: Result, started: boolean): void {
    this.#options.onResult(result, this.#options.message);
    record(result, started);
  }

  #inAnswer(result: Result): Result {
    return result.ok ? result : { ...result, problem: this.#budget.problem(result.problem) };
  }

  #problem(error: unknown, name: string): Problem {
    if (!(error instanceof PatchbayError)) log.error("{command} failed: {error}", { command: name, error });
    return toProblem(error, this.#options.message.metadata.correlationId);
  }

  #facts(commandId: Id, command: string) {
    const { manifest: { app }, bridge, session } = this.#options;
    const [startedAt, from] = [Date.now(), performance.now()];
    const facts = { commandId, app, bridge, command, startedAt };
    const inSession = session.id === undefined ? facts : { ...facts, session: session.id };
    return () => ({ ...inSession, durationMs: performance.now() - from });
  }
}
