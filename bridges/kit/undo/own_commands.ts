/**
 * The bridge's own commands: `_undo` and `_redo` take one command back and do it again, `_batch` runs many as one step of a
 * plan, `_recover` opens the application anew. They are in no manifest, go the way of every command, and are not for `any`.
 */
import {
  type AppManifest,
  BatchResult,
  type BridgeId,
  command,
  type CommandDefinition,
  MAX_TIMEOUT_MS,
  PatchbayError,
  PlanBatch,
  Recover,
  Recovered,
  TakeBack,
  TakenBack,
} from "@patchbay/contracts";
import type { Adapter, AdapterCall } from "../adapter.ts";
import type { Application, Session } from "../application.ts";
import type { BatchRunner } from "../batches/batch_runner.ts";
import { runPlanBatch } from "./plan_batch.ts";
import { doAgain, takeBack, type TakingBackOptions } from "./take_back.ts";

const TAKE_BACK_MS = 120_000;

export const OWN_COMMANDS: Readonly<Record<string, CommandDefinition>> = {
  _undo: command({
    summary: "Takes back what one command did, and nothing else.",
    args: TakeBack,
    result: TakenBack,
    undo: "none",
    timeoutMs: TAKE_BACK_MS,
  }),
  _redo: command({
    summary: "Does again what was taken back.",
    args: TakeBack,
    result: TakenBack,
    undo: "none",
    timeoutMs: TAKE_BACK_MS,
  }),
  _batch: command({
    summary: "Runs many commands as one.",
    args: PlanBatch,
    result: BatchResult,
    undo: "none",
    timeoutMs: MAX_TIMEOUT_MS,
  }),
  _recover: command({
    summary: "Opens the application anew, or the link to it.",
    args: Recover,
    result: Recovered,
    undo: "none",
    idempotent: true,
    timeoutMs: TAKE_BACK_MS,
  }),
};

export const ownCommand = (name: string): CommandDefinition | undefined =>
  Object.hasOwn(OWN_COMMANDS, name) ? OWN_COMMANDS[name] : undefined;

export interface OwnCommandsOptions<S> extends TakingBackOptions {
  manifest: AppManifest;
  bridge: BridgeId;
  application: Application<S>;
  batches: Pick<BatchRunner<S>, "run" | "cancel">;
}

/** What one of them runs in, and whether it waits for its turn: what heals an application must not wait for it. */
export interface OwnCommand<S> {
  session: Session<S>;
  waits: boolean;
}

export class OwnCommands<S> {
  readonly #options: OwnCommandsOptions<S>;

  constructor(options: OwnCommandsOptions<S>) {
    this.#options = options;
  }

  /** `undefined` for a command of the manifest. @throws {PatchbayError} `APP_NOT_CONNECTED` */
  find(name: string): OwnCommand<S> | undefined {
    const { application, batches, bridge, manifest: { app } } = this.#options;
    switch (name) {
      case "_undo":
        return this.#takingBack(takeBack);
      case "_redo":
        return this.#takingBack(doAgain);
      case "_batch":
        // it takes its turn as a batch
        return {
          session: instead(application.connected(), (call) => runPlanBatch(batches, { app, bridge }, call)),
          waits: false,
        };
      case "_recover":
        return {
          session: instead(
            { lost: new AbortController().signal, appVersion: "" },
            (call) => recover(application, call),
          ),
          waits: false,
        };
      default:
        return undefined;
    }
  }

  #takingBack(take: typeof takeBack): OwnCommand<S> {
    const session = this.#options.application.connected();
    return { session: instead(session, (call) => take(this.#options, session, call)), waits: true };
  }
}

/** A session in which only this runs. */
function instead<S>(
  session: Omit<Session<S>, "adapter">,
  execute: (call: AdapterCall) => Promise<unknown>,
): Session<S> {
  const notHere = () => Promise.reject(new TypeError("Only a command runs here"));
  const adapter: Adapter<S> = { execute, open: notHere, snapshot: notHere, close: () => Promise.resolve() };
  return { ...session, adapter };
}

/**
 * Closes the application, or the link to it, and opens it again.
 * @throws {PatchbayError} why it did not open; the signal's reason
 */
async function recover<S>(application: Application<S>, { args, signal }: AdapterCall): Promise<Recovered> {
  const { action, reason } = Recover.parse(args);
  const { owned } = application;
  if (action === "restart" && !owned) {
    return { done: false, reason: "A person has started this application: the bridge does not end it" };
  }
  signal.throwIfAborted();
  const closing = application.stop(`is ${action === "restart" ? "started" : "linked"} again: ${reason}`.slice(0, 400));
  // whatever becomes of whoever asked for it, it shall not stay closed
  await closing.catch((error) => {
    if (!(error instanceof PatchbayError)) throw error;
  });
  await application.start(signal);
  return { done: true, reason: action === "restart" || owned ? "it was started again" : "the link is there again" };
}
