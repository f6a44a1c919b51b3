/** Writes the steps of a plan down, one application's changes in the order in which they were written. */
import {
  type AppName,
  type BridgeId,
  type CommandName,
  type JsonObject,
  PatchbayError,
  type Step,
  type StepId,
} from "@patchbay/contracts";

export interface StepOptions {
  /** It only looks: what comes behind it does not wait for it. */
  reads?: boolean;
}

/** Adds a step, and answers with its id. */
export type AddStep = (id: StepId, command: CommandName, args: JsonObject, options?: StepOptions) => StepId;

/**
 * @example
 * ```ts
 * import { StepList } from "@patchbay/examples";
 *
 * const list = new StepList(new Map([["blender", "ws-07"]]));
 * const blender = list.of("blender");
 * blender("cube", "create_object", { type: "cube" });
 * blender("picture", "render_image", {}); // waits for the cube
 * ```
 */
export class StepList {
  readonly steps: Step[] = [];
  readonly #bridges: ReadonlyMap<AppName, BridgeId>;
  /** What the next step of each application waits for. */
  readonly #last = new Map<AppName, readonly StepId[]>();

  constructor(bridges: ReadonlyMap<AppName, BridgeId>) {
    this.#bridges = bridges;
  }

  /** Writes steps of one application. @throws {PatchbayError} `BRIDGE_OFFLINE` where it has no bridge */
  of(app: AppName): AddStep {
    const bridge = this.#bridges.get(app);
    if (bridge === undefined) throw PatchbayError.of("BRIDGE_OFFLINE", `Cannot plan for ${app}: it has no bridge`);
    return (id, command, args, { reads = false } = {}) => {
      const dependsOn = [...this.#last.get(app) ?? []];
      this.steps.push({ id, app, bridge, command, args, dependsOn, onError: "stop" });
      if (!reads) this.#last.set(app, [id]);
      return id;
    };
  }

  /** The next step of the application waits for these too. */
  holdBack(app: AppName, ids: readonly StepId[]): void {
    this.#last.set(app, ids);
  }
}
