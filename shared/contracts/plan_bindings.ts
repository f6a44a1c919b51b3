/** Whether the references of a step name something that can exist, and that fits where it goes. */
import { z } from "zod";
import { AssetRef } from "./assets.ts";
import { commandOf } from "./command_of.ts";
import type { CommandDocument, JsonSchema, ManifestDocument } from "./manifest_document.ts";
import type { AppName } from "./names.ts";
import type { PlanGraph } from "./plan_graph.ts";
import { MAX_REFERENCE_LENGTH, type ParsedReference, type Place, type Reference } from "./plan_references.ts";
import type { Step } from "./plan_step.ts";
import { describeTypes, type Located, mayFit, schemasAt, schemasWithin } from "./schema_fit.ts";

export interface BindingIssue {
  code: "reference" | "binding";
  path: Place;
  message: string;
}

const assetSchema: JsonSchema = z.toJSONSchema(AssetRef, { io: "input" });
const asset: readonly Located[] = [{ root: assetSchema, schema: assetSchema }];

/** What is wrong with the references in the arguments of one step, whose command is `consumer` when it is known; paths begin at the arguments. */
export function bindingIssues(
  references: readonly Reference[],
  consumer: CommandDocument | undefined,
  graph: PlanGraph,
  manifests: ReadonlyMap<AppName, ManifestDocument>,
): BindingIssue[] {
  return new Bindings(graph, manifests).issuesOf(references, consumer);
}

/** What the references of one plan name, each place of a schema looked up once. */
export class Bindings {
  readonly #graph: PlanGraph;
  readonly #manifests: ReadonlyMap<AppName, ManifestDocument>;
  readonly #produced = new Map<CommandDocument, Map<string, readonly Located[]>>();
  readonly #consumed = new Map<CommandDocument, Map<string, readonly Located[]>>();
  readonly #fits = new Map<readonly Located[], Map<readonly Located[], boolean>>();

  constructor(graph: PlanGraph, manifests: ReadonlyMap<AppName, ManifestDocument>) {
    this.#graph = graph;
    this.#manifests = manifests;
  }

  /** What is wrong with references in arguments. */
  issuesOf(references: readonly Reference[], consumer: CommandDocument | undefined): BindingIssue[] {
    const issues: BindingIssue[] = [];
    for (const reference of references) {
      const issue = this.#issueOf(reference, consumer);
      if (issue !== undefined) issues.push(issue);
    }
    return issues;
  }

  #issueOf({ path, kind, text, parsed }: Reference, consumer: CommandDocument | undefined): BindingIssue | undefined {
    const produced = this.produced(text, parsed, path);
    if (produced === undefined || isIssue(produced)) return produced;
    if (kind === "$asset" && !this.#mayFit(produced, asset)) {
      return { code: "binding", path, message: `${shorten(text)} is not an asset` };
    }
    return this.fitIssue(text, produced, consumer, path);
  }

  /** The schemas of what a reference names; `undefined` where nothing is known of them, and the issue where there can be nothing. */
  produced(
    text: string,
    parsed: ParsedReference | undefined,
    path: Place,
  ): readonly Located[] | BindingIssue | undefined {
    if (parsed === undefined) {
      const why = text.length > MAX_REFERENCE_LENGTH
        ? `is longer than ${MAX_REFERENCE_LENGTH} characters`
        : "is not a reference like 's1.result.name'";
      return { code: "reference", path, message: `${shorten(text)} ${why}` };
    }
    const index = this.#graph.indexOf.get(parsed.step);
    if (index === undefined) return { code: "reference", path, message: `there is no step ${shorten(parsed.step)}` };
    const step = this.#graph.steps[index]!;
    const producer = commandOf(step, this.#manifests);
    if (producer === undefined) return undefined;
    const produced = this.#resultAt(producer, step, parsed.keys, text.slice(parsed.step.length));
    if (produced.length > 0) return produced;
    const what = `'${step.command}' gives no ${shorten(parsed.keys.join("."))}`;
    return { code: "reference", path, message: `${shorten(text)} names nothing: ${what}${roundsNote(step)}` };
  }

  /** Whether a value that is produced so may stand at a place in the arguments of a command. */
  fitIssue(
    text: string,
    produced: readonly Located[],
    consumer: CommandDocument | undefined,
    path: Place,
  ): BindingIssue | undefined {
    const consumed = this.consumed(consumer, path);
    // nothing may stand there at all: that is an error of the arguments, and reported as one
    if (consumed.length === 0 || this.#mayFit(produced, consumed)) return undefined;
    const again = describeTypes(produced) === describeTypes(consumed) ? " with other contents" : "";
    const message = `${shorten(text)} is ${describeTypes(produced)}; what fits here is ${describeTypes(consumed)}`;
    return { code: "binding", path, message: `${message}${again}` };
  }

  /** The schemas of what a command takes at a place of its arguments. */
  consumed(consumer: CommandDocument | undefined, path: Place): readonly Located[] {
    if (consumer === undefined) return [];
    const places = entry(this.#consumed, consumer, () => new Map<string, readonly Located[]>());
    return entry(places, JSON.stringify(path), () => schemasAt(consumer.args, path));
  }

  #resultAt(producer: CommandDocument, { forEach }: Step, keys: readonly string[], place: string): readonly Located[] {
    const places = entry(this.#produced, producer, () => new Map<string, readonly Located[]>());
    if (forEach === undefined) return entry(places, place, () => schemasAt(producer.result, keys));
    const rounds = Array.isArray(forEach) ? forEach.length : undefined;
    return entry(places, `${rounds ?? "?"} ${place}`, () => schemasWithin([listOf(producer.result, rounds)], keys));
  }

  #mayFit(produced: readonly Located[], consumed: readonly Located[]): boolean {
    const known = entry(this.#fits, produced, () => new Map<readonly Located[], boolean>());
    return entry(known, consumed, () => mayFit(produced, consumed));
  }
}

/** A step with `forEach` gives the list of what its rounds give. */
function listOf(root: JsonSchema, rounds: number | undefined): Located {
  const size = rounds === undefined ? {} : { minItems: rounds, maxItems: rounds };
  return { root, schema: { type: "array", items: root, ...size } };
}

const roundsNote = ({ forEach }: Step) => forEach === undefined ? "" : "; with 'forEach' it gives a list";

export const isIssue = (found: readonly Located[] | BindingIssue): found is BindingIssue => "code" in found;

export const shorten = (text: string): string => `'${text.length > 80 ? `${text.slice(0, 80)}…` : text}'`;

function entry<K, V>(map: Map<K, V>, key: K, initial: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = initial());
  return value;
}
