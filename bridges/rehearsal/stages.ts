/** The stages of one rehearsal, each opened when the first step comes to it. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { KeptAssets, Stage } from "@patchbay/bridge-kit/rehearsal";
import type { AppName } from "@patchbay/contracts";
import { join } from "node:path";
import type { RehearsalJob, Target } from "./messages.ts";

/** A bridge, and what its stage is told of the application. */
export interface FoundBridge {
  definition: BridgeDefinition;
  /** What stands after the colon of its item. */
  argument?: string;
}

/** Finds the bridge of an application; `undefined` where this installation has none. @param item as it was named, where it was */
export type FindBridge = (app: AppName, item: string | undefined) => Promise<FoundBridge | undefined>;

/** Why there is no stage, for a person. */
export interface NoStage {
  reason: string;
}

export interface StagesOptions extends Pick<RehearsalJob, "targets" | "folder" | "limits" | "items"> {
  findBridge: FindBridge;
  assets: KeptAssets;
  onOpened(target: number, notes: string[]): void;
  signal: AbortSignal;
}

/** What stands in for the id of a bridge that was never here. */
const NOBODY = "stage";
/** As the contract has it. */
const MAX_NOTES = 50;
const MAX_NOTE = 500;

export class Stages implements AsyncDisposable {
  readonly #options: StagesOptions;
  readonly #open = new Map<number, Promise<Stage | NoStage>>();
  readonly #held = new AsyncDisposableStack();

  constructor(options: StagesOptions) {
    this.#options = options;
  }

  /** The stage of a target: the same for all of its steps. */
  of(target: number): Promise<Stage | NoStage> {
    const open = this.#open.get(target) ?? this.#begin(target);
    this.#open.set(target, open);
    return open;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#open.values());
    await this.#held.disposeAsync();
  }

  async #begin(index: number): Promise<Stage | NoStage> {
    const { targets, onOpened } = this.#options;
    const target = targets[index]!;
    let opened: Stage | NoStage;
    try {
      opened = await this.#stageFor(target, index);
    } catch (error) {
      this.#options.signal.throwIfAborted();
      opened = { reason: `the simulator cannot be used: ${error instanceof Error ? error.message : error}` };
    }
    const notes = opened instanceof Stage ? [...target.notes, ...opened.notes] : [...target.notes, opened.reason];
    onOpened(index, notes.slice(0, MAX_NOTES).map((note) => note.slice(0, MAX_NOTE)));
    return opened;
  }

  async #stageFor({ app, bridge = NOBODY, state }: Target, index: number): Promise<Stage | NoStage> {
    const { findBridge, items, folder, limits, assets, signal } = this.#options;
    const found = await findBridge(app, Object.hasOwn(items, app) ? items[app] : undefined);
    const { definition, ...given } = found ?? {};
    if (definition?.stage === undefined) return { reason: `there is no simulator of '${app}' to rehearse with` };
    if (state !== undefined && JSON.stringify(state).length > limits.stateCharacters) {
      return { reason: `what '${app}' holds is too large for a stage` };
    }
    const workDir = join(folder, String(index));
    await Deno.mkdir(workDir, { mode: 0o700 });
    const about = { bridge, workDir, signal };
    const staged = await definition.stage({ ...about, ...given, ...(state === undefined ? {} : { state }) });
    return this.#held.use(await Stage.open(staged, { ...about, app, assets, stateLimit: limits.stateCharacters }));
  }
}
