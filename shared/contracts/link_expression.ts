/**
 * JSONata for links, held to what a link may cost. An expression comes from whoever may write links and runs inside a
 * bridge, so it is cut off by time, depth and size, and reaches nothing but its input: no regular expression (its search
 * cannot be interrupted), nothing that makes code or large texts of small ones.
 */
import jsonata from "jsonata";
import { JsonValue } from "./json.ts";

export interface LinkExpression {
  /**
   * What the expression makes of a value; `undefined` where it gives nothing.
   * @param at the sample's time, in milliseconds: `$at`
   * @throws {ExpressionError} where it fails, or takes more than it may
   */
  evaluate(value: unknown, at: number): Promise<unknown>;
}

/** Why an expression cannot be used, or gave no value: a sentence for a person. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
}

/** One value may take so long, in milliseconds: the whole bridge waits for it. */
const TIMEOUT_MS = 20;
/** Nodes within nodes, and functions within functions. */
const MAX_DEPTH = 200;
/** Items of one list on the way. */
const MAX_SEQUENCE = 10_000;
/** Values on the way, and 16 characters of a text count as one. */
const MAX_WEIGHT = 50_000;
/** The same for what goes out. */
const MAX_RESULT_WEIGHT = 4_000;

/** The functions of JSONata whose cost is in proportion to what they are given. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  ("abs append average boolean ceil contains count distinct each error exists filter floor join keys length lookup " +
    "lowercase map max merge millis min not number power random reduce reverse round shuffle sift single sort split " +
    "spread sqrt string substring substringAfter substringBefore sum trim type uppercase zip").split(" "),
);
/** Functions that there are and that a link may not have: a variable of their name would only look like another one. */
const REFUSED: ReadonlySet<string> = new Set(
  ("assert base64decode base64encode clone decodeUrl decodeUrlComponent encodeUrl encodeUrlComponent eval formatBase " +
    "formatInteger formatNumber fromMillis match now pad parseInteger replace toMillis").split(" "),
);
/** What an expression is given: its input, the whole input, and the time. */
const GIVEN = ["", "$", "at"];

/** @throws {ExpressionError} where it cannot be read, or uses what a link may not */
export function compileLinkExpression(text: string): LinkExpression {
  const expression = attempt(() => jsonata(text, { timeout: TIMEOUT_MS, stack: MAX_DEPTH, sequence: MAX_SEQUENCE }));
  attempt(() => checkSyntax(expression.ast()));
  let weights = new WeakMap<object, number>();
  const hold = (_node: unknown, _input: unknown, _environment: unknown, result: unknown) => {
    if (weigh(result, weights) > MAX_WEIGHT) throw new ExpressionError("it makes too much of its input");
  };
  // JSONata calls this with each value on the way; its types know names only
  Reflect.apply(expression.assign, expression, [Symbol.for("jsonata.__evaluate_exit"), hold]);
  return {
    async evaluate(value, at) {
      weights = new WeakMap();
      const result = await expression.evaluate(value, { at }).catch((error: unknown) => {
        throw new ExpressionError(reason(error), { cause: error });
      });
      return plain(result);
    },
  };
}

/** As JSON, without what JSONata hangs on its lists. */
function plain(result: unknown): unknown {
  if (typeof result !== "object" || result === null) {
    if (typeof result === "function") throw new ExpressionError("it gives a function, not a value");
    return result;
  }
  if (weigh(result, new WeakMap()) > MAX_RESULT_WEIGHT) throw new ExpressionError("it gives too large a value");
  if (isCode(result)) throw new ExpressionError("it gives a function, not a value");
  const copy: unknown = JSON.parse(JSON.stringify(result));
  if (!JsonValue.safeParse(copy).success) throw new ExpressionError("it gives what JSON cannot say");
  return copy;
}

/** How much a value is when it is written out: what stands in it twice counts twice. */
function weigh(value: unknown, known: WeakMap<object, number>): number {
  if (typeof value === "string") return 1 + value.length / 16;
  if (typeof value !== "object" || value === null || isCode(value)) return 1;
  const before = known.get(value);
  if (before !== undefined) return before;
  known.set(value, 1);
  let weight = 1;
  for (const inner of Object.values(value)) weight += weigh(inner, known);
  known.set(value, weight);
  return weight;
}

const isCode = (value: object) => "_jsonata_lambda" in value || "_jsonata_function" in value;

/** @throws {ExpressionError} */
function checkSyntax(ast: unknown): void {
  const nodes = [...nodesOf(ast)];
  const own = new Set(nodes.flatMap(boundNames));
  for (const { type, value } of nodes) {
    if (type === "regex") throw new ExpressionError("a link's expression cannot use regular expressions");
    if (type !== "variable" || typeof value !== "string" || GIVEN.includes(value) || FUNCTIONS.has(value)) continue;
    if (REFUSED.has(value)) throw new ExpressionError(`a link's expression cannot use $${value}`);
    if (!own.has(value)) throw new ExpressionError(`there is no $${value}`);
  }
}

type Node = Record<string, unknown>;

function* nodesOf(value: unknown): Generator<Node> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Node;
  for (const inner of Object.values(value)) yield* nodesOf(inner);
}

/** The names that `$x := …`, `function($x)`, `@$x` and `#$x` give. */
function boundNames(node: Node): string[] {
  const named = node["type"] === "bind" ? [node["lhs"]] : node["type"] === "lambda" ? node["arguments"] : [];
  const names = Array.isArray(named) ? named.map((name) => (name as Node | null)?.["value"]) : [];
  return [...names, node["focus"], node["index"]].filter((name) => typeof name === "string");
}

function attempt<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    throw new ExpressionError(reason(error), { cause: error });
  }
}

/** JSONata throws plain objects; a stack that is too deep is an error of the engine. */
function reason(error: unknown): string {
  if (error instanceof RangeError) return "it nests too deep";
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  if (code === "D1011") return "it calls itself without end";
  if (code === "D1012") return `it takes longer than ${TIMEOUT_MS} ms`;
  const message: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "message") : undefined;
  return (typeof message === "string" ? message : "it cannot be evaluated").slice(0, 300);
}
