/** Whether a step's `forEach` gives a list, and whether the parts of its items fit where they go. */
import { valueUnder } from "./bind_references.ts";
import type { CommandDocument } from "./manifest_document.ts";
import { type BindingIssue, type Bindings, isIssue, shorten } from "./plan_bindings.ts";
import { type ItemReference, placesIn, type StepReferences } from "./plan_references.ts";
import { MAX_ROUNDS, type Step } from "./plan_step.ts";
import { describeTypes, itemSchemas, leastItems, type Located, mayBe, schemasWithin } from "./schema_fit.ts";
import { allows } from "./schema_values.ts";

/** So many parts of written items are looked at; those beyond it are seen when the step runs. */
const MAX_PARTS_CHECKED = 100_000;

/** What is wrong with the rounds of one step; paths begin at the step. */
export function roundIssues(
  { forEach }: Pick<Step, "forEach">,
  references: StepReferences,
  consumer: CommandDocument | undefined,
  bindings: Bindings,
): BindingIssue[] {
  const { items } = references;
  const unreadable = items.filter(({ keys }) => keys === undefined).map((item) =>
    issueAt(item, "reference", `${shorten(item.text)} is no JSON pointer like '/name', or '' for the whole item`)
  );
  if (forEach === undefined) {
    const why = "names a part of an item, but the step has no 'forEach'";
    return [...unreadable, ...items.map((item) => issueAt(item, "reference", `${shorten(item.text)} ${why}`))];
  }
  const readable = items.filter(isReadable);
  return [
    ...unreadable,
    ...(Array.isArray(forEach)
      ? writtenIssues(forEach, readable, consumer, bindings)
      : referredIssues(references.forEach!, readable, consumer, bindings)),
  ];
}

type Readable = ItemReference & { keys: string[] };
const isReadable = (item: ItemReference): item is Readable => item.keys !== undefined;

const issueAt = ({ path }: ItemReference, code: BindingIssue["code"], message: string): BindingIssue => ({
  code,
  path: ["args", ...path],
  message,
});

/** The items are there to be looked at: each must have what the arguments name, and it must fit. */
function writtenIssues(
  list: readonly unknown[],
  items: readonly Readable[],
  consumer: CommandDocument | undefined,
  bindings: Bindings,
): BindingIssue[] {
  const { references, items: nested } = placesIn(list);
  const issues: BindingIssue[] = [...references, ...nested].map(({ path, text }) => ({
    code: "reference",
    path: ["forEach", ...path],
    message: `${shorten(text)}: a list that is written out holds no references; refer to a list as a whole`,
  }));
  const wanted = items.map((item) => ({ ...item, consumed: bindings.consumed(consumer, item.path) }));
  let left = MAX_PARTS_CHECKED;
  for (const [k, value] of list.entries()) {
    for (const { text, keys, consumed } of wanted) {
      if (left-- <= 0) return issues;
      const part = valueUnder(value, keys);
      const path = ["forEach", k, ...keys];
      if (part === undefined) {
        issues.push({ code: "reference", path: ["forEach", k], message: `the item has nothing at ${shorten(text)}` });
      } else if (consumed.length > 0 && !allows(consumed, part)) {
        issues.push({
          code: "binding",
          path,
          message: `${describe(part)} is not what fits: ${describeTypes(consumed)}`,
        });
      }
    }
  }
  return issues;
}

function describe(value: unknown): string {
  return typeof value === "object" && value !== null
    ? (Array.isArray(value) ? "this list" : "this object")
    : shorten(String(value));
}

function referredIssues(
  { text, parsed }: NonNullable<StepReferences["forEach"]>,
  items: readonly Readable[],
  consumer: CommandDocument | undefined,
  bindings: Bindings,
): BindingIssue[] {
  const path = ["forEach"];
  const lists = bindings.produced(text, parsed, path);
  if (lists === undefined) return [];
  if (isIssue(lists)) return [lists];
  if (!mayBe(lists, "array")) {
    const message = `${shorten(text)} is ${describeTypes(lists)}; the rounds of a step go through a list`;
    return [{ code: "binding", path, message }];
  }
  const least = leastItems(lists.filter((list) => mayBe([list], "array")));
  if (least > MAX_ROUNDS) {
    const message = `${shorten(text)} has at least ${least} items; a step makes at most ${MAX_ROUNDS} rounds`;
    return [{ code: "binding", path, message }];
  }
  const item = itemSchemas(lists);
  // an empty list makes no round
  return item.length === 0 ? [] : items.flatMap((part) => partIssue(part, item, consumer, bindings) ?? []);
}

function partIssue(
  part: Readable,
  item: readonly Located[],
  consumer: CommandDocument | undefined,
  bindings: Bindings,
): BindingIssue | undefined {
  const produced = schemasWithin(item, part.keys);
  if (produced.length === 0) return issueAt(part, "reference", `the items have nothing at ${shorten(part.text)}`);
  const issue = bindings.fitIssue(part.text === "" ? "the item" : part.text, produced, consumer, part.path);
  return issue === undefined ? undefined : { ...issue, path: ["args", ...part.path] };
}
