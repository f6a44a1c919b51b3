/** A batch is checked whole before anything of it runs: everything that is wrong is said at once, each with its path. */
import {
  type AppManifest,
  type Batch,
  type BatchCommand,
  type CommandDefinition,
  type ErrorCode,
  type JsonObject,
  type ManifestDocument,
  PatchbayError,
  validateAgainst,
  ValidationError,
  type ValidationIssue,
} from "@patchbay/contracts";
import { parseArguments } from "../command_arguments.ts";
import { referenceIssues, referencePaths, refers } from "./batch_references.ts";
import { canStepBack, movesInHistory } from "./inverse.ts";

export interface CheckedCommand {
  name: string;
  definition: CommandDefinition;
  /** Parsed; as they came where they refer to earlier commands. */
  args: JsonObject;
  /** Whether they refer to what earlier commands give: then they are parsed once that is known. */
  refers: boolean;
  /** Milliseconds. */
  timeoutMs: number;
}

export interface BatchChecks {
  manifest: AppManifest;
  /** The same with JSON Schema: asked for where arguments hold references. */
  document(): ManifestDocument;
  allowCode: boolean;
  /** Whether the application can make commands one undo step. */
  groups: boolean;
}

type Issue = ValidationIssue & { because: ErrorCode };

/** What is said of more does not help whoever reads it. */
const MAX_ISSUES = 50;

/**
 * @throws {PatchbayError} `UNKNOWN_COMMAND`, `INVALID_ARGUMENTS`, `CODE_DISABLED`: what is wrong first; its issues are all,
 *   with paths like `["commands", 3, "args", "by"]`
 */
export function checkBatch({ commands, onError }: Batch, checks: BatchChecks): CheckedCommand[] {
  const issues: Issue[] = [];
  const checked = commands.flatMap((each, index): CheckedCommand[] => {
    const found = checkCommand(commands, index, checks);
    if (Array.isArray(found)) issues.push(...found);
    else {
      const reason = onError === "undo" ? whyNotUndoable(each.command, found.definition, checks) : undefined;
      if (reason === undefined) return [found];
      const message =
        `${each.command} cannot be taken back (${reason}), and this batch shall be done whole or not at all`;
      issues.push({ path: ["commands", index, "command"], message, code: "undo", because: "INVALID_ARGUMENTS" });
    }
    return [];
  });
  const [first] = issues;
  if (first === undefined) return checked;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  throw PatchbayError.of(first.because, `Cannot run the batch: ${first.path.join(".")}: ${first.message}${more}`, {
    issues: issues.slice(0, MAX_ISSUES).map(({ because: _, ...issue }) => issue),
  });
}

function checkCommand(commands: readonly BatchCommand[], index: number, checks: BatchChecks): CheckedCommand | Issue[] {
  const { manifest, allowCode } = checks;
  const { command: name, args, timeoutMs } = commands[index]!;
  const refuse = (because: ErrorCode, code: string, message: string): Issue[] => [
    { path: ["commands", index, "command"], message, code, because },
  ];
  const definition = Object.hasOwn(manifest.commands, name) ? manifest.commands[name] : undefined;
  if (definition === undefined) {
    const known = Object.keys(manifest.commands).slice(0, 40).join(", ");
    return refuse(
      "UNKNOWN_COMMAND",
      "unknown_command",
      `${manifest.title} has no command '${name}': there are ${known}`,
    );
  }
  if (definition.effect === "open" && !allowCode) {
    return refuse(
      "CODE_DISABLED",
      "policy",
      `${name} may do anything, and this bridge was started without --allow-code`,
    );
  }
  if (definition.kind === "init" || definition.kind === "terminate") {
    return refuse("INVALID_ARGUMENTS", "policy", `${name} starts or stops ${manifest.title}, which no batch outlives`);
  }
  const checked = { name, definition, timeoutMs: timeoutMs ?? definition.timeoutMs };
  if (!refers(args)) {
    try {
      return { ...checked, args: parseArguments(name, definition, args), refers: false };
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      return error.issues.map((issue) => argumentIssue(index, issue));
    }
  }
  const document = checks.document();
  const issues = [
    ...validateAgainst(document.commands[name]!.args, args, referencePaths(args)),
    ...referenceIssues(commands, index, document),
  ];
  return issues.length === 0 ? { ...checked, args, refers: true } : issues.map((issue) => argumentIssue(index, issue));
}

function argumentIssue(index: number, { path, message, code }: ValidationIssue): Issue {
  return {
    path: ["commands", index, "args", ...path],
    message,
    code: code ?? "arguments",
    because: "INVALID_ARGUMENTS",
  };
}

function whyNotUndoable(name: string, definition: CommandDefinition, checks: BatchChecks): string | undefined {
  if (definition.effect === "read") return undefined;
  if (definition.undo === "none") return "nothing undoes it";
  if (movesInHistory(name, definition)) return "it moves in the undo history itself";
  if (definition.undo === "app" && !checks.groups && !canStepBack(checks.manifest)) {
    return `${checks.manifest.title} undoes it, and offers no command for that`;
  }
  return undefined;
}
