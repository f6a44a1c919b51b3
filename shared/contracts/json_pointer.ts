/** RFC 6901 pointers into JSON values: own keys and indices only, never a prototype's. */

/** The keys of a pointer that is one. @example `pointerKeys("/a~1b/0") // ["a/b", "0"]` */
export function pointerKeys(pointer: string): string[] {
  return pointer.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** What stands at a pointer; `undefined` where nothing does. */
export function valueAt(value: unknown, pointer: string): unknown {
  let here = value;
  for (const key of pointerKeys(pointer)) {
    if (Array.isArray(here)) here = INDEX.test(key) ? here[Number(key)] : undefined;
    else here = isRecord(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return here;
}

/**
 * A copy of the object with another value at a pointer; it shares what did not change. Objects on the way are made where
 * they are missing, arrays are not: their other items would have to be guessed.
 * @throws {RangeError} for an index that is not in its array, and for a pointer that leads through a plain value
 */
export function withValueAt(root: Record<string, unknown>, pointer: string, value: unknown): Record<string, unknown> {
  const [key, ...rest] = pointerKeys(pointer);
  if (key === undefined) throw new RangeError("the pointer names no member");
  return withMember(root, key, placed(member(root, key), rest, value));
}

function placed(container: unknown, keys: readonly string[], value: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (Array.isArray(container)) {
    if (!INDEX.test(key) || Number(key) >= container.length) {
      throw new RangeError(`there is no index '${key}' among ${container.length}`);
    }
    return container.with(Number(key), placed(container[Number(key)], rest, value));
  }
  if (container === undefined && INDEX.test(key)) {
    throw new RangeError(`there is no list that '${key}' could be an index of`);
  }
  if (container !== undefined && !isRecord(container)) throw new RangeError(`'${key}' leads into a plain value`);
  return withMember(container ?? {}, key, placed(member(container ?? {}, key), rest, value));
}

const INDEX = /^(0|[1-9]\d{0,8})$/;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const member = (record: Record<string, unknown>, key: string) => Object.hasOwn(record, key) ? record[key] : undefined;

/** Also right for `__proto__`, which an assignment would take for the prototype. */
function withMember(record: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  return Object.fromEntries([...Object.entries(record), [key, value]]);
}

/** Whether two JSON values are the same. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return left.length === right.size &&
    left.every(([key, value]) => right.has(key) && sameJson(value, right.get(key)));
}
