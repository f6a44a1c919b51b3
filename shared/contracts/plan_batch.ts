/**
 * A batch as one step of a plan: many commands of one application in one message, and one undo step where the application
 * can make one.
 *
 * @example
 * ```json
 * { "id": "s1", "app": "blender", "command": "_batch", "args": { "commands": [
 *   { "command": "create_object", "args": { "type": "cube", "name": "A" } },
 *   { "command": "create_object", "args": { "type": "cube", "name": "B" } }
 * ], "onError": "undo" } }
 * ```
 */
import { z } from "zod";
import { BatchResult, MAX_BATCH_COMMANDS, OnBatchError } from "./batches.ts";
import { type Effect, MAX_TIMEOUT_MS, TimeoutMs } from "./commands.ts";
import { JsonObject } from "./json.ts";
import type { CommandDocument, ManifestDocument } from "./manifest_document.ts";
import { ManifestCommandName } from "./names.ts";
import { publishedSchema } from "./published_schema.ts";

/** The command of such a step: the bridge's own, in no manifest. */
export const BATCH_COMMAND = "_batch";

/** The arguments of such a step. Those of a command may refer to the results of earlier steps, not to each other's. */
export const PlanBatch = z.strictObject({
  commands: z.array(z.strictObject({
    command: ManifestCommandName,
    args: JsonObject.default({}),
    timeoutMs: TimeoutMs.optional(),
  })).min(1).max(MAX_BATCH_COMMANDS),
  /** `undo` does all of them or none. */
  onError: OnBatchError.default("stop"),
  /** What the application's undo history calls it. */
  label: z.string().min(1).max(100).optional(),
});
export type PlanBatch = z.infer<typeof PlanBatch>;

/** The most harmful first. */
const EFFECTS: readonly Effect[] = ["open", "destructive", "write", "read"];

const documents = new WeakMap<JsonObject, WeakMap<ManifestDocument, CommandDocument>>();

/** What is known of a batch: what is known of its commands, taken together. One that cannot be read may do anything. */
export function batchDocument(args: JsonObject, manifest: ManifestDocument): CommandDocument {
  const known = documents.get(args) ?? new WeakMap<ManifestDocument, CommandDocument>();
  documents.set(args, known);
  let document = known.get(manifest);
  if (document === undefined) known.set(manifest, document = together(args, manifest));
  return document;
}

function together(args: JsonObject, { commands: known }: ManifestDocument): CommandDocument {
  const parsed = PlanBatch.safeParse(args);
  const commands = parsed.success ? parsed.data.commands : [];
  const found = commands.map(({ command }) => Object.hasOwn(known, command) ? known[command] : undefined);
  const effects = new Set(found.map((document) => document?.effect ?? "open"));
  const timeouts = commands.map(({ timeoutMs }, i) => timeoutMs ?? found[i]?.timeoutMs ?? 0);
  return {
    kind: "execute",
    summary: "Runs many commands as one.",
    args: ARGS,
    result: RESULT,
    effect: EFFECTS.find((effect) => effects.has(effect)) ?? "open",
    idempotent: found.every((document) => document?.idempotent === true),
    lane: "interactive",
    timeoutMs: Math.min(MAX_TIMEOUT_MS, Math.max(1, timeouts.reduce((sum, each) => sum + each, 0))),
    undo: found.every((document) => document === undefined || document.undo === "none") ? "none" : "app",
    phrases: [],
  };
}

const ARGS = publishedSchema(PlanBatch, "input");
const RESULT = publishedSchema(BatchResult, "output");
