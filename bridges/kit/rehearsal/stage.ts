/** A stage that is open: commands go to an adapter on its simulator as they would go to the real application. */
import {
  type CommandDefinition,
  type JsonObject,
  JsonValue,
  newId,
  PatchbayError,
  ValidationError,
} from "@patchbay/contracts";
import type { Adapter, AdapterHost } from "../adapter.ts";
import { parseArguments, parseResult } from "../command_arguments.ts";
import { fitValue } from "../large_values.ts";
import type { KeptAssets } from "./kept_assets.ts";
import type { StagedApplication } from "./staged_application.ts";

export interface OpenStageOptions extends Pick<AdapterHost, "app" | "bridge" | "workDir"> {
  assets: KeptAssets;
  /** A state of more JSON than this ends the stage, in characters. */
  stateLimit: number;
  /** Ends the stage. */
  signal: AbortSignal;
}

/** How long an adapter may take to open, and to let go, in milliseconds. */
const OPEN_MS = 20_000;
const CLOSE_MS = 5_000;
/** After its time a command gets so long to end by itself, in milliseconds: then the stage is given up. */
const STUCK_MS = 1_000;

/** Takes commands one at a time, as a bridge's queue would bring them. */
export class Stage implements AsyncDisposable {
  readonly #staged: StagedApplication;
  readonly #adapter: Adapter;
  readonly #options: OpenStageOptions;
  readonly #over: AbortController;
  readonly #given: AdapterHost;
  #opening: Promise<unknown> = Promise.resolve();
  /** As it was seen last. */
  #seen: unknown;
  /** Why it takes no more commands. */
  #lost: PatchbayError | undefined;

  private constructor(staged: StagedApplication, options: OpenStageOptions, over: AbortController) {
    this.#staged = staged;
    this.#options = options;
    this.#over = over;
    this.#given = this.#host(AbortSignal.any([over.signal, options.signal]));
    this.#adapter = typeof staged.adapter === "function" ? staged.adapter(this.#given) : staged.adapter;
  }

  /** The stage is this one's from now on, also where it cannot be opened. @throws {PatchbayError} what the adapter throws, `DEADLINE_EXCEEDED` */
  static async open(staged: StagedApplication, options: OpenStageOptions): Promise<Stage> {
    const stage = new Stage(staged, options, new AbortController());
    try {
      stage.#opening = stage.#adapter.open(stage.#given);
      await inTime("open the simulator", OPEN_MS, options.signal, stage.#opening);
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
    return stage;
  }

  get manifest(): StagedApplication["manifest"] {
    return this.#staged.manifest;
  }

  get notes(): readonly string[] {
    return this.#staged.notes;
  }

  /** The command, where a stage may run it: one that may do anything, or starts the application, it may not. */
  commandOf(name: string): CommandDefinition | undefined {
    const { commands } = this.manifest;
    const definition = Object.hasOwn(commands, name) ? commands[name] : undefined;
    const runs = definition?.effect !== "open" && definition?.kind !== "init" && definition?.kind !== "terminate";
    return runs ? definition : undefined;
  }

  /**
   * Runs one command: its arguments parsed as the bridge parses them, its value as a caller gets it.
   * @throws {PatchbayError} what the application answers, `INVALID_ARGUMENTS`, `INVALID_RESULT`, `DEADLINE_EXCEEDED`
   */
  async run(name: string, given: JsonObject, timeoutMs: number): Promise<unknown> {
    const definition = this.commandOf(name);
    if (definition === undefined) throw PatchbayError.of("UNKNOWN_COMMAND", `Cannot rehearse '${name}'`);
    const args = parseArguments(name, definition, given);
    const value = await this.#ask(`run ${name}`, timeoutMs, (signal) =>
      this.#adapter.execute({
        command: name,
        args,
        id: newId(),
        signal,
        progress: () => {},
        deadline: Date.now() + timeoutMs,
      }));
    const { assets } = this.#options;
    const fitted = await fitValue(
      parseResult(name, definition, value),
      name,
      (meta, content) => assets.put(meta, content),
    );
    return fitted.value;
  }

  /** What the application looked like when it was last looked at: with this nothing that changes late is left out. */
  async before(timeoutMs: number): Promise<unknown> {
    return this.#seen ?? await this.snapshot(timeoutMs);
  }

  /** What the application looks like now, as its bridge would report it. */
  async snapshot(timeoutMs: number): Promise<unknown> {
    const taken = await this.#ask("look at the application", timeoutMs, (signal) => this.#adapter.snapshot(signal));
    const parsed = this.manifest.state.safeParse(taken);
    if (!parsed.success) throw ValidationError.fromZod("INVALID_RESULT", "Cannot read the state", parsed.error);
    const text = JSON.stringify(parsed.data) ?? "null";
    if (text.length > this.#options.stateLimit) {
      throw this.#lost = PatchbayError.of("STORAGE_FULL", "Cannot go on: the application holds more than a stage may", {
        context: { characters: text.length, limit: this.#options.stateLimit },
        remedy: "Rehearse a plan that makes less.",
      });
    }
    return this.#seen = JsonValue.parse(JSON.parse(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(PatchbayError.of("CANCELLED", "The rehearsal is over"));
    // what is still opened would make files where nobody looks for them any more
    await settledWithin(CLOSE_MS, this.#opening);
    // an adapter that does not let go must not keep the simulator
    await settledWithin(CLOSE_MS, this.#adapter.close());
    await settledWithin(CLOSE_MS, this.#staged[Symbol.asyncDispose]());
  }

  async #ask<T>(what: string, timeoutMs: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    const { signal } = this.#options;
    signal.throwIfAborted();
    const over = new AbortController();
    const late = () => over.abort(PatchbayError.of("DEADLINE_EXCEEDED", `Cannot ${what} within ${timeoutMs} ms`));
    const timer = setTimeout(late, timeoutMs);
    const either = AbortSignal.any([over.signal, signal, this.#over.signal]);
    const { promise: stuck, reject } = Promise.withResolvers<never>();
    let giveUp: ReturnType<typeof setTimeout> | undefined;
    either.addEventListener("abort", () => {
      giveUp = setTimeout(() => reject(this.#lost = unresponsive(what)), STUCK_MS);
    }, { once: true });
    try {
      return await Promise.race([ask(either), stuck]);
    } catch (error) {
      throw either.aborted && error !== this.#lost ? either.reason : this.#lost ?? error;
    } finally {
      clearTimeout(timer);
      clearTimeout(giveUp);
    }
  }

  #host(signal: AbortSignal): AdapterHost {
    const { app, bridge, workDir, assets } = this.#options;
    const nothing = () => {};
    return {
      app,
      bridge,
      workDir,
      signal,
      bridgeVersion: "rehearsal",
      allowCode: false,
      state: nothing,
      event: nothing,
      channel: nothing,
      waiting: nothing,
      troubled: nothing,
      lost: (error) => void (this.#lost ??= error),
      putAsset: (meta, content) => assets.put(meta, content),
      getAsset: (id) => assets.get(id),
    };
  }
}

const unresponsive = (what: string) =>
  PatchbayError.of("APP_UNRESPONSIVE", `Cannot ${what}: the simulator does not answer`, {
    remedy: "Rehearse again; the rest of the plan was not rehearsed with this application.",
  });

async function inTime<T>(what: string, ms: number, signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(PatchbayError.of("DEADLINE_EXCEEDED", `Cannot ${what} within ${ms} ms`)), ms);
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** Waits for so long at most; how it went is of no use any more. */
async function settledWithin(ms: number, promise: PromiseLike<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise.then(() => {}, () => {}), late]);
  clearTimeout(timer);
}
