/** What an application looks like: full snapshots, then RFC 6902 patches, each with a revision. */
import { z } from "zod";
import { JsonValue } from "./json.ts";
import { AppName, BridgeId } from "./names.ts";

/** An RFC 6902 operation; members that it does not define are ignored, as the RFC has it. */
export const PatchOperation = z.discriminatedUnion("op", [
  z.object({ op: z.literal("add"), path: z.string(), value: JsonValue }),
  z.object({ op: z.literal("remove"), path: z.string() }),
  z.object({ op: z.literal("replace"), path: z.string(), value: JsonValue }),
  z.object({ op: z.literal("move"), from: z.string(), path: z.string() }),
  z.object({ op: z.literal("copy"), from: z.string(), path: z.string() }),
  z.object({ op: z.literal("test"), path: z.string(), value: JsonValue }),
]);
export type PatchOperation = z.infer<typeof PatchOperation>;

/** Who changed it: Patchbay, a person in the application, or the application by itself. */
export const StateCause = z.enum(["connect", "command", "human", "application"]);
export type StateCause = z.infer<typeof StateCause>;

const origin = {
  app: AppName,
  bridge: BridgeId,
  /** Counts up by one from 1, per bridge process; a gap means that a message was missed: ask for a snapshot. */
  revision: z.number().int().positive(),
  /** The bridge process: revisions of another instance do not compare. */
  instance: z.uuidv7(),
  cause: StateCause,
};

/** The payload of a `state_update` envelope. */
export const StateUpdate = z.discriminatedUnion("kind", [
  z.looseObject({ ...origin, kind: z.literal("snapshot"), state: JsonValue }),
  /** Leads from `revision - 1` to `revision`. */
  z.looseObject({ ...origin, kind: z.literal("patch"), patch: z.array(PatchOperation) }),
]);
export type StateUpdate = z.infer<typeof StateUpdate>;

/** A bridge's state as the context store keeps it. */
export const BridgeState = z.looseObject({
  app: AppName,
  bridge: BridgeId,
  revision: z.number().int().nonnegative(),
  instance: z.uuidv7(),
  state: JsonValue,
  updatedAt: z.number().int().nonnegative(),
});
export type BridgeState = z.infer<typeof BridgeState>;
