/** What is wrong with a link, as far as the manifests of its two ends are known: each issue names its field. */
import { validateAgainst } from "./json_schema.ts";
import { pointerKeys, withValueAt } from "./json_pointer.ts";
import { compileLinkExpression, ExpressionError } from "./link_expression.ts";
import type { Link } from "./links.ts";
import type { CommandDocument, ManifestDocument } from "./manifest_document.ts";
import type { ValidationIssue } from "./patchbay_error.ts";
import { describeTypes, type Located, mayFit, schemasAt } from "./schema_fit.ts";

export interface LinkEnds {
  /** What the source's bridge offers, if that is known. */
  source?: ManifestDocument | undefined;
  /** What the target's bridge offers, if that is known. */
  target?: ManifestDocument | undefined;
}

/** Empty where nothing is wrong. @example `checkLink(link, { target: manifests.get("blender") })` */
export function checkLink(link: Link, { source, target }: LinkEnds): ValidationIssue[] {
  const given = source === undefined ? { issues: [] } : checkSource(link, source);
  return [
    ...given.issues,
    ...checkMapping(link),
    ...(target === undefined ? [] : checkTarget(link, target, given.schemas)),
  ];
}

const issue = (path: (string | number)[], message: string, code: string): ValidationIssue => ({ path, message, code });

function checkSource({ source }: Link, manifest: ManifestDocument): { issues: ValidationIssue[]; schemas?: Located[] } {
  const [name, pointer] = "channel" in source ? ["path", source.path] : ["state", source.state];
  let schema = manifest.state;
  if ("channel" in source) {
    const channel = Object.hasOwn(manifest.channels, source.channel) ? manifest.channels[source.channel] : undefined;
    if (channel === undefined) {
      const there = Object.keys(manifest.channels).join(", ") || "none";
      const message = `${manifest.title} has no channel '${source.channel}'; it has: ${there}`;
      return { issues: [issue(["source", "channel"], message, "unknown_channel")] };
    }
    schema = channel.schema;
  }
  const schemas = schemasAt(schema, pointerKeys(pointer));
  if (schemas.length > 0) return { issues: [], schemas };
  return { issues: [issue(["source", name], `nothing can stand at '${pointer}'`, "reference")] };
}

function checkMapping({ mapping: { expression, scale, clamp } }: Link): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  if (expression !== undefined) {
    try {
      compileLinkExpression(expression);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      issues.push(issue(["mapping", "expression"], error.message, "expression"));
    }
  }
  if (scale !== undefined && scale.from[0] === scale.from[1]) {
    issues.push(issue(["mapping", "scale", "from"], "the range is empty: its ends are the same", "range"));
  }
  if (clamp !== undefined && clamp[0] > clamp[1]) {
    issues.push(issue(["mapping", "clamp"], "the least is greater than the greatest", "range"));
  }
  return issues;
}

function checkTarget(link: Link, manifest: ManifestDocument, given: Located[] | undefined): ValidationIssue[] {
  const { command: name, argument, args } = link.target;
  const command = Object.hasOwn(manifest.commands, name) ? manifest.commands[name] : undefined;
  if (command === undefined) {
    return [issue(["target", "command"], `${manifest.title} has no command '${name}'`, "unknown_command")];
  }
  const unfit = unfitForLinks(command);
  if (unfit !== undefined) return [issue(["target", "command"], `'${name}' ${unfit}`, "policy")];
  const keys = pointerKeys(argument);
  const taken = schemasAt(command.args, keys);
  if (taken.length === 0 || isIgnored(command, keys[0])) {
    return [issue(["target", "argument"], `'${name}' takes nothing at '${argument}'`, "reference")];
  }
  if (given !== undefined && link.mapping.expression === undefined && !mayFit(given, taken)) {
    const message = `the source gives ${describeTypes(given)}, and '${argument}' takes ${describeTypes(taken)}`;
    return [issue(["target", "argument"], message, "binding")];
  }
  try {
    return validateAgainst(command.args, withValueAt(args, argument, null), [keys])
      .map((found) => ({ ...found, path: ["target", "args", ...found.path] }));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [issue(["target", "argument"], `${error.message} in 'args'`, "reference")];
  }
}

/** Whether the command would leave the argument out: what a manifest does not name goes no further than the bridge. */
function isIgnored({ args }: CommandDocument, key: string | undefined): boolean {
  const { properties, additionalProperties } = args;
  if (key === undefined || additionalProperties !== undefined) return false;
  return typeof properties === "object" && properties !== null && !Object.hasOwn(properties, key);
}

/** Why a command cannot be driven many times a second and by whoever moves a fader; `undefined` where it can. */
export function unfitForLinks({ kind, effect, lane }: Pick<CommandDocument, "kind" | "effect" | "lane">) {
  if (kind !== "execute" || effect === "read") return "changes nothing in the application";
  if (effect !== "write") return `has the effect '${effect}': links drive commands with the effect 'write' only`;
  if (lane === "job") return "takes its time: links drive interactive commands only";
  return undefined;
}
