/** RFC 6902 patches applied: to a copy that shares what did not change, on own keys only, all operations or none. */
import { sameJson } from "./json_pointer.ts";
import { ValidationError } from "./patchbay_error.ts";
import type { PatchOperation } from "./state.ts";

/**
 * The value that a patch makes of another, which stays as it was.
 * @throws {ValidationError} `INVALID_MESSAGE` for a path that is not there, a failed `test`, or a pointer that is none
 */
export function applyPatch(value: unknown, patch: readonly PatchOperation[]): unknown {
  const draft = new Draft(value);
  for (const [i, operation] of patch.entries()) {
    try {
      applyOperation(draft, operation);
    } catch (cause) {
      if (!(cause instanceof PointerError)) throw cause;
      throw new ValidationError(
        "INVALID_MESSAGE",
        `Cannot apply patch: operation ${i} (${operation.op}): ${cause.message}`,
        {
          issues: [{ path: [i], message: cause.message }],
        },
      );
    }
  }
  return draft.root;
}

class PointerError extends Error {}

function applyOperation(draft: Draft, operation: PatchOperation): void {
  const at = parsePointer(operation.path);
  switch (operation.op) {
    case "add":
      return draft.add(at, operation.value);
    case "replace":
      draft.get(at);
      return draft.replace(at, operation.value);
    case "remove":
      return void draft.remove(at);
    case "copy":
      return draft.add(at, draft.get(parsePointer(operation.from)));
    case "move": {
      if (operation.path.startsWith(`${operation.from}/`)) {
        throw new PointerError(`'${operation.from}' cannot be moved into itself`);
      }
      return draft.add(at, draft.remove(parsePointer(operation.from)));
    }
    case "test":
      if (!sameJson(draft.get(at), operation.value)) throw new PointerError(`'${operation.path}' has another value`);
  }
}

/** RFC 6901. */
function parsePointer(pointer: string): string[] {
  if (pointer === "") return [];
  if (!pointer.startsWith("/") || /~(?![01])/.test(pointer)) throw new PointerError(`'${pointer}' is no pointer`);
  return pointer.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

type Container = unknown[] | Record<string, unknown>;

/** A value that is being changed. A container is copied once, when something in it changes for the first time. */
class Draft {
  root: unknown;
  readonly #copied = new WeakSet<Container>();

  constructor(value: unknown) {
    this.root = value;
  }

  get(path: readonly string[]): unknown {
    return path.reduce((value, key) => member(container(value), key), this.root);
  }

  add(path: readonly string[], value: unknown): void {
    const [parent, key] = this.#parent(path);
    if (parent === undefined) this.root = value;
    else if (Array.isArray(parent)) parent.splice(index(parent, key, parent.length), 0, value);
    else define(parent, key, value);
  }

  replace(path: readonly string[], value: unknown): void {
    const [parent, key] = this.#parent(path);
    if (parent === undefined) this.root = value;
    else if (Array.isArray(parent)) parent[index(parent, key, parent.length - 1)] = value;
    else define(parent, key, value);
  }

  remove(path: readonly string[]): unknown {
    const [parent, key] = this.#parent(path);
    if (parent === undefined) throw new PointerError("the whole value cannot be removed");
    const value = member(parent, key);
    if (Array.isArray(parent)) parent.splice(index(parent, key, parent.length - 1), 1);
    else delete parent[key];
    return value;
  }

  /** The container that holds the last key, ready to be changed; `undefined` for the root. */
  #parent(path: readonly string[]): [Container | undefined, string] {
    const last = path.at(-1);
    if (last === undefined) return [undefined, ""];
    let parent = this.#own(container(this.root));
    this.root = parent;
    for (const key of path.slice(0, -1)) {
      const inner = this.#own(container(member(parent, key)));
      if (Array.isArray(parent)) parent[Number(key)] = inner;
      else define(parent, key, inner);
      parent = inner;
    }
    return [parent, last];
  }

  #own<C extends Container>(value: C): C {
    if (this.#copied.has(value)) return value;
    const copy = Array.isArray(value) ? [...value] : { ...value };
    this.#copied.add(copy);
    return copy as C;
  }
}

function container(value: unknown): Container {
  if (typeof value === "object" && value !== null) return value as Container;
  throw new PointerError("the path leads into a plain value");
}

function member(parent: Container, key: string): unknown {
  if (Array.isArray(parent)) return parent[index(parent, key, parent.length - 1)];
  if (!Object.hasOwn(parent, key)) throw new PointerError(`there is no '${key}'`);
  return parent[key];
}

function index(array: readonly unknown[], key: string, last: number): number {
  const at = key === "-" && last === array.length ? array.length : /^(0|[1-9]\d*)$/.test(key) ? Number(key) : -1;
  if (at < 0 || at > last) throw new PointerError(`there is no index '${key}' among ${array.length}`);
  return at;
}

/** Also right for `__proto__`, which an assignment would take for the prototype. */
function define(parent: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}
