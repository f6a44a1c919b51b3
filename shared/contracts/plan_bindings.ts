/** Whether the references of a step name something that can exist, and that fits where it goes. */
import { z } from "zod";
import { AssetRef } from "./assets.ts";
import { type CommandDocument, commandOf, type JsonSchema, type ManifestDocument } from "./manifest_document.ts";
import type { AppName } from "./names.ts";
import type { PlanGraph } from "./plan_graph.ts";
import { parseReference, type Reference } from "./plan_references.ts";
import { describeTypes, mayFit, schemasAt } from "./schema_fit.ts";

export interface BindingIssue {
  code: "reference" | "binding";
  /** Inside the arguments. */
  path: (string | number)[];
  message: string;
}

const assetSchema: JsonSchema = z.toJSONSchema(AssetRef, { io: "input" });

/** What is wrong with the references of one step, whose command is `consumer` when it is known. */
export function bindingIssues(
  references: readonly Reference[],
  consumer: CommandDocument | undefined,
  graph: PlanGraph,
  manifests: ReadonlyMap<AppName, ManifestDocument>,
): BindingIssue[] {
  return references.flatMap((reference) => bindingIssue(reference, consumer, graph, manifests) ?? []);
}

function bindingIssue(
  { path, kind, text }: Reference,
  consumer: CommandDocument | undefined,
  graph: PlanGraph,
  manifests: ReadonlyMap<AppName, ManifestDocument>,
): BindingIssue | undefined {
  const parsed = parseReference(text);
  if (parsed === undefined) {
    return { code: "reference", path, message: `${shorten(text)} is not a reference like 's1.result.name'` };
  }
  const index = graph.indexOf.get(parsed.step);
  if (index === undefined) return { code: "reference", path, message: `there is no step '${parsed.step}'` };
  const step = graph.steps[index]!;
  const producer = commandOf(step, manifests);
  if (producer === undefined) return undefined;
  const produced = schemasAt(producer.result, parsed.keys);
  if (produced.length === 0) {
    const what = `'${step.command}' gives no ${shorten(parsed.keys.join("."))}`;
    return { code: "reference", path, message: `${shorten(text)} names nothing: ${what}` };
  }
  if (kind === "$asset" && !mayFit(produced, [{ root: assetSchema, schema: assetSchema }])) {
    return { code: "binding", path, message: `${shorten(text)} is not an asset` };
  }
  const consumed = consumer === undefined ? [] : schemasAt(consumer.args, path);
  // nothing may stand there at all: that is an error of the arguments, and reported as one
  if (consumed.length === 0 || mayFit(produced, consumed)) return undefined;
  const again = describeTypes(produced) === describeTypes(consumed) ? " with other contents" : "";
  return {
    code: "binding",
    path,
    message: `${shorten(text)} is ${describeTypes(produced)}; what fits here is ${describeTypes(consumed)}${again}`,
  };
}

const shorten = (text: string) => `'${text.length > 80 ? `${text.slice(0, 80)}…` : text}'`;
