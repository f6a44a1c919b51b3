/** What a rehearsal's worker is told, and what it tells. Both sides are of one version: nothing is parsed. */
import type { ChildNews } from "@patchbay/bridge-kit/rehearsal";
import type {
  AppName,
  AssetId,
  AssetRef,
  BridgeId,
  ManifestDocument,
  Plan,
  Problem,
  RehearsedStep,
  StepId,
} from "@patchbay/contracts";
import type { RehearsalLimits } from "./limits.ts";

/** An application that the plan has steps for, and what its stage begins with. */
export interface Target {
  app: AppName;
  /** The bridge whose place the stage takes; absent where none was ever here. */
  bridge?: BridgeId;
  /** What that bridge reported last; absent where it has shown nothing. */
  state?: unknown;
  revision?: number;
  /** What is to be said of the choice. */
  notes: string[];
}

export interface RehearsalJob {
  plan: Plan;
  manifests: ManifestDocument[];
  targets: Target[];
  /** Which target each step has, by its place in `targets`. */
  targetOf: Record<StepId, number>;
  /** How bridges of this installation were named, by their application: `osc:lights.yaml`. */
  items: Readonly<Record<AppName, string>>;
  /** There, empty, and removed by whoever made it. */
  folder: string;
  limits: RehearsalLimits;
}

export type ToWorker =
  | { type: "begin"; job: RehearsalJob }
  | { type: "asset"; request: number; found: { ref: AssetRef; content: Uint8Array } | undefined; problem?: Problem }
  | { type: "stop" };

export type FromWorker =
  | { type: "began"; stepId: StepId }
  | { type: "step"; step: RehearsedStep }
  /** `notes` are all that there are of it by now. */
  | { type: "stage"; target: number; notes: string[] }
  | { type: "asset"; request: number; id: AssetId }
  | { type: "child"; news: ChildNews }
  /** The stages are closed. `problem`: it ended itself before its end. */
  | { type: "done"; problem?: Problem };
