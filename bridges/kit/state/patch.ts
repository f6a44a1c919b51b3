/** The difference between two states, as RFC 6902 operations. */
import { isDeepStrictEqual } from "node:util";
import { createPatch, type Operation, type Pointer } from "rfc6902";
import type { PatchOperation } from "@patchbay/contracts";

/**
 * The patch that leads from `before` to `after`, both JSON; empty where they are equal, `undefined` where no patch can say
 * it and a snapshot must.
 */
export function diffStates(before: unknown, after: unknown): PatchOperation[] | undefined {
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) {
    return isDeepStrictEqual(before, after) ? [] : undefined;
  }
  const patch = createPatch(before, after, diffArrays);
  const canBeApplied = patch.every(({ path }) => isPlainPath(path)) && !JSON.stringify(patch).includes("__proto__");
  return canBeApplied ? patch : undefined;
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Implementations rightly refuse to walk through these names, and lose the first one from the values that they copy. */
const isPlainPath = (path: string) => !/\/(__proto__|constructor|prototype)(\/|$)/.test(path);

/**
 * What is equal at both ends stays; what is between is compared place by place. The shortest edit, which the library would
 * look for, takes seconds for a few hundred items that all changed.
 */
function diffArrays(before: unknown, after: unknown, pointer: Pointer): Operation[] | void {
  if (!Array.isArray(before) || !Array.isArray(after)) return undefined;
  const at = pointer.toString();
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isDeepStrictEqual(before[start], after[start])) start++;
  let end = 0;
  while (end < shorter - start && isDeepStrictEqual(before.at(-1 - end), after.at(-1 - end))) end++;
  const [oldEnd, newEnd] = [before.length - end, after.length - end];
  const operations: Operation[] = [];
  for (let i = start; i < Math.min(oldEnd, newEnd); i++) {
    const inner = createPatch({ item: before[i] }, { item: after[i] }, diffArrays);
    for (const operation of inner) {
      operations.push({ ...operation, path: `${at}/${i}${operation.path.slice("/item".length)}` });
    }
  }
  for (let i = oldEnd - 1; i >= newEnd; i--) operations.push({ op: "remove", path: `${at}/${i}` });
  for (let i = oldEnd; i < newEnd; i++) operations.push({ op: "add", path: `${at}/${i}`, value: after[i] });
  return operations;
}
