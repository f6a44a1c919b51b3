/** What a kind of bridge says about itself, so that whoever starts bridges treats every application alike. */
import { AppName, type BridgeId } from "@patchbay/contracts";
import type { Bus } from "@patchbay/bus";
import { z } from "zod";
import type { Bridge, BridgeOptions } from "./bridge_options.ts";
import type { StagedApplication, StageOptions } from "./rehearsal/staged_application.ts";

/** Who starts the application: the bridge, without a window; or a person, with one. `simulator` stands in for it. */
export const BridgeMode = z.enum(["interface", "background", "simulator"]);
export type BridgeMode = z.infer<typeof BridgeMode>;

/** What a look around this machine gave. */
export interface Found {
  /** Whether the application can be used here. */
  found: boolean;
  /** For a person: `Blender at /usr/bin/blender`, `Cannot find Blender`. */
  what: string;
  /** What to do where it is missing. */
  remedy?: string;
  /** It is here, but not what runs inside it; `remedy` says how to install that. @default false */
  incomplete?: boolean;
}

/** What `patchbay install <app>` did. */
export interface InstalledPart {
  /** Where it lies now. */
  path: string;
  /** What the user does next. */
  next: string;
}

/** What one bridge is started with, whatever the application. */
export interface BridgeStart extends Pick<BridgeOptions, "allowCode" | "workDir" | "drainTimeoutMs" | "onChange"> {
  bus: Bus;
  /** `ws-07` */
  bridge: BridgeId;
  mode: BridgeMode;
  /** What stands after the colon of its item: a file, or a program. See {@linkcode BridgeDefinition.argument}. */
  argument?: string;
  /** Drains the bridge when it fires. */
  signal?: AbortSignal;
}

/**
 * One kind of bridge: the folder of a bridge exports it from its `mod.ts`, by the name `bridge` or as the default. Whoever
 * looks for applications reads the definition of each, and starts few: what only a running bridge needs is better imported
 * when it starts.
 *
 * @example
 * ```ts
 * import { type Adapter, type BridgeDefinition, startBridge } from "@patchbay/bridge-kit";
 * import type { AppManifest } from "@patchbay/contracts";
 *
 * const bridgeOf = (manifest: AppManifest, adapter: Adapter): BridgeDefinition => ({
 *   app: manifest.app,
 *   title: manifest.title,
 *   start: ({ mode, ...options }) => startBridge({ ...options, manifest, adapter, simulated: mode === "simulator" }),
 * });
 * ```
 */
export interface BridgeDefinition {
  app: AppName;
  title: string;
  /** What may stand after the colon of an item: `the program to start`. Absent: nothing may. */
  argument?: string;
  /** There is none without a window: a person starts it, and no bridge does. @default false */
  needsWindow?: boolean;
  /** What a person does so that an application with a window meets the bridge: `open a project that has the component`. */
  toConnect?: string;
  /**
   * For a bridge to any application of a kind, where the argument says which one: `osc:lights.yaml` is the application that
   * the file names. What it answers takes the place of this definition, and is started with the same argument.
   * @throws {PatchbayError} `INVALID_CONFIGURATION` for an argument that describes no application
   */
  from?(argument: string): Promise<BridgeDefinition>;
  /** Applications of the kind that come with the bridge: `from` takes their names, which are those of the applications. */
  shipped?: readonly AppName[];
  /**
   * Looks for the application on this machine; without it nobody can know, and the bridge starts only where it is named.
   * @param options `quietly` only looks at files: no program is asked, nothing is sent
   */
  find?(options?: { argument?: string; quietly?: boolean; signal?: AbortSignal }): Promise<Found>;
  /**
   * Puts the part that runs inside the application into its place; an older copy is replaced.
   * @param options `from` is where that part was unpacked, where it is not Patchbay's to ship
   * @throws {PatchbayError} `CONFLICT`, `APP_NOT_FOUND`, `NOT_FOUND` with where to get what is missing
   */
  install?(
    options: { target?: string; version?: string; from?: string; signal?: AbortSignal },
  ): Promise<InstalledPart>;
  /**
   * A simulated application that looks like the real one does now, for a rehearsal; without it plans are rehearsed with
   * made-up results of this application. How to write one: `rehearsal/staged_application.ts`.
   * @throws {PatchbayError} `APP_NOT_FOUND` where something that the simulator needs is not on this machine
   */
  stage?(options: StageOptions): Promise<StagedApplication>;
  /**
   * Resolves once the bridge is present on the bus, whether or not its application is there.
   * @throws {PatchbayError} `INVALID_CONFIGURATION` for an argument or a mode that it cannot use, `BRIDGE_FENCED`, …
   */
  start(options: BridgeStart): Promise<Bridge>;
}

/** Whether something that was imported is the definition of a bridge. */
export function isBridgeDefinition(value: unknown): value is BridgeDefinition {
  return Shape.safeParse(value).success;
}

const isFunction = (value: unknown) => typeof value === "function";
const Shape = z.looseObject({
  app: AppName,
  title: z.string().min(1),
  argument: z.string().optional(),
  needsWindow: z.boolean().optional(),
  toConnect: z.string().optional(),
  shipped: z.array(AppName).readonly().optional(),
  from: z.custom(isFunction).optional(),
  find: z.custom(isFunction).optional(),
  install: z.custom(isFunction).optional(),
  stage: z.custom(isFunction).optional(),
  start: z.custom(isFunction),
});
