/** References between the commands of a batch: `{ "$ref": "0.result.name" }` is what the first command gave as `name`. */
import {
  type BatchCommand,
  bindingIssues,
  bindReferences,
  findReferences,
  isReference,
  type JsonObject,
  type ManifestDocument,
  parseReference,
  planGraph,
  ValidationError,
  type ValidationIssue,
} from "@patchbay/contracts";

/** A plan's step is named by a word; a command of a batch by its index. */
const stepOf = (index: number | string) => `c${index}`;
const shown = (message: string) => message.replaceAll(/'c(\d)/g, "'$1");

/** Whether the arguments of a command depend on what another one gives. */
export const refers = (args: JsonObject): boolean => !findReferences(args).next().done;

/** Where references stand in the arguments. */
export const referencePaths = (args: JsonObject) => [...findReferences(args)].map(({ path }) => path);

/** What is wrong with the references of the command at `index`; paths begin at its arguments. */
export function referenceIssues(
  commands: readonly BatchCommand[],
  index: number,
  manifest: ManifestDocument,
): ValidationIssue[] {
  const { app, commands: known } = manifest;
  const own = commands[index]!;
  const references = [...findReferences(withSteps(own.args))];
  const graph = planGraph(
    commands.slice(0, index).map(({ command }, i) => ({
      id: stepOf(i),
      app,
      command,
      args: {},
      dependsOn: [],
      onError: "stop",
    })),
  );
  const early = references.flatMap(({ path, text }) => {
    const parsed = parseReference(text);
    if (parsed !== undefined && graph.indexOf.has(parsed.step)) return [];
    const what = JSON.stringify(text.slice(1, 81));
    return [{
      path,
      message: `${what} names no earlier command of the batch, as "0.result.name" does`,
      code: "reference",
    }];
  });
  if (early.length > 0) return early;
  const consumer = Object.hasOwn(known, own.command) ? known[own.command] : undefined;
  return bindingIssues(references, consumer, graph, new Map([[app, manifest]]))
    .map((issue) => ({ ...issue, message: shown(issue.message) }));
}

/**
 * The arguments with what earlier commands gave.
 * @throws {ValidationError} `INVALID_ARGUMENTS` where one of those gave nothing, or not what is named
 */
export function bindArguments(args: JsonObject, values: ReadonlyMap<number, unknown>): JsonObject {
  try {
    return bindReferences(withSteps(args), new Map([...values].map(([index, value]) => [stepOf(index), value])));
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new ValidationError("INVALID_ARGUMENTS", shown(error.message), { cause: error, issues: error.issues });
  }
}

function withSteps(args: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, renamed(value)]));
}

function renamed(value: unknown): unknown {
  if (isReference(value)) {
    const [[key, text] = []] = Object.entries(value);
    return typeof key === "string" ? { [key]: typeof text === "string" ? stepOf(text) : text } : value;
  }
  if (Array.isArray(value)) return value.map(renamed);
  return typeof value === "object" && value !== null ? withSteps({ ...value }) : value;
}
