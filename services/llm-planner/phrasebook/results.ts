/** What a command's result holds that later clauses can speak of: the thing's name, files, places. */
import type { StepId } from "@patchbay/contracts";
import { propertiesOf, type SchemaNode, schemaNode } from "./schema_node.ts";
import type { CommandEntry } from "./vocabulary.ts";

/** Where a thing's name stands in a result. */
const THING_KEYS = ["name", "object"];

/** The reference to the name of the thing that a step makes or changes. */
export function thingReference({ document }: CommandEntry, step: StepId): { $ref: string } | undefined {
  if (schemaNode(document.result, document.result)?.slot === "object") return { $ref: `${step}.result` };
  const { properties } = propertiesOf(document.result);
  const key = THING_KEYS.find((name) => properties.get(name)?.slot === "object");
  return key === undefined ? undefined : { $ref: `${step}.result.${key}` };
}

/** The references to the files that a step makes, each with what it can be called. */
export function fileReferences(entry: CommandEntry, step: StepId): { value: { $asset: string }; words: Set<string> }[] {
  const { document, command } = entry;
  const own = wordsOfName(command);
  if (schemaNode(document.result, document.result)?.slot === "asset") {
    return [{ value: { $asset: `${step}.result` }, words: new Set(own) }];
  }
  return [...propertiesOf(document.result).properties]
    .filter(([, node]) => node.slot === "asset")
    .map(([name]) => ({ value: { $asset: `${step}.result.${name}` }, words: new Set([...own, ...wordsOfName(name)]) }));
}

/** The reference to a place in a step's result, under the name that an argument has. */
export function placeReference(result: SchemaNode["schema"], name: string, step: StepId): { $ref: string } | undefined {
  const node = propertiesOf(result).properties.get(name);
  return node?.type === "array" && node.length !== undefined ? { $ref: `${step}.result.${name}` } : undefined;
}

/** `create_light` is about a "light". */
export function wordsOfName(name: string): string[] {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().split(/[\s_-]+/).filter((word) => word !== "");
}
