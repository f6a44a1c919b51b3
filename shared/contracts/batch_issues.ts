/** Whether the commands of a step's batch hold: each is looked at as if it were a step. */
import { validateAgainst } from "./json_schema.ts";
import type { ManifestDocument } from "./manifest_document.ts";
import { PlanBatch } from "./plan_batch.ts";
import type { Step } from "./plan_step.ts";
import type { ValidationIssue } from "./patchbay_error.ts";

type BatchIssue = Pick<ValidationIssue, "path" | "message"> & { code: "unknown_command" | "arguments" };

/**
 * What is wrong with the arguments of a batch and with its commands. Paths begin at the arguments.
 * @param filledIn the places that are filled in before it runs
 */
export function batchIssues(
  { args }: Pick<Step, "args">,
  manifest: ManifestDocument,
  filledIn: readonly (readonly (string | number)[])[],
): BatchIssue[] {
  const parsed = PlanBatch.safeParse(args);
  if (!parsed.success) {
    return parsed.error.issues.map(({ path, message }) => ({
      path: path.map((part) => typeof part === "number" ? part : String(part)),
      message,
      code: "arguments",
    }));
  }
  return parsed.data.commands.flatMap(({ command, args }, i): BatchIssue[] => {
    const document = Object.hasOwn(manifest.commands, command) ? manifest.commands[command] : undefined;
    const at = ["commands", i];
    if (document === undefined) {
      const message = `'${manifest.app}' has no command '${command}'`;
      return [{ path: [...at, "command"], message, code: "unknown_command" }];
    }
    if (document.kind === "init" || document.kind === "terminate" || document.lane === "job") {
      const why = document.lane === "job" ? "is long work" : "starts or stops the application";
      const message = `'${command}' ${why}: it must be a step of its own`;
      return [{ path: [...at, "command"], message, code: "arguments" }];
    }
    const inside = filledIn.filter(([first, index, part]) => first === "commands" && index === i && part === "args")
      .map((path) => path.slice(3));
    return validateAgainst(document.args, args, inside).map(({ path, message }) => ({
      path: [...at, "args", ...path],
      message,
      code: "arguments",
    }));
  });
}
