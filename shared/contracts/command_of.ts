/** What the manifests know of a step's command. */
import type { JsonObject } from "./json.ts";
import type { CommandDocument, ManifestDocument } from "./manifest_document.ts";
import type { AppName, CommandName } from "./names.ts";
import { BATCH_COMMAND, batchDocument } from "./plan_batch.ts";

/** The command that a step calls, or what its batch comes to; `undefined` when the manifests have none of that name. */
export function commandOf(
  { app, command, args }: { app: AppName; command: CommandName; args?: JsonObject },
  manifests: ReadonlyMap<AppName, ManifestDocument>,
): CommandDocument | undefined {
  const manifest = manifests.get(app);
  if (command === BATCH_COMMAND && manifest !== undefined && args !== undefined) return batchDocument(args, manifest);
  const commands = manifest?.commands;
  return commands !== undefined && Object.hasOwn(commands, command) ? commands[command] : undefined;
}
