/** Python's manners: what it takes for a number, and how it complains. The texts name nothing, as the script's own do. */
import type { Argument } from "./wire.ts";

/** What Python would have thrown. */
export class PythonError extends Error {}

const refused = (argument: Argument | undefined) =>
  new PythonError(`Python argument types did not match C++ signature (${typeName(argument)})`);

function typeName(argument: Argument | undefined): string {
  switch (argument?.type) {
    case "f":
    case "d":
      return "float";
    case "i":
    case "h":
      return "int";
    case "s":
      return "str";
    case "T":
    case "F":
      return "bool";
    default:
      return "NoneType";
  }
}

/** An integer property: refuses floats. */
export function integer(argument: Argument | undefined): number {
  if (argument?.type === "i" || argument?.type === "h") return argument.value;
  if (argument?.type === "T") return 1;
  if (argument?.type === "F") return 0;
  throw refused(argument);
}

/** A boolean property: takes integers, refuses floats. */
export const boolean = (argument: Argument | undefined): boolean => integer(argument) !== 0;

/** A float property: takes integers. */
export function float(argument: Argument | undefined): number {
  if (argument?.type === "f" || argument?.type === "d") return argument.value;
  return integer(argument);
}

export function text(argument: Argument | undefined): string {
  if (argument?.type === "s") return argument.value;
  throw refused(argument);
}

/** `int(x)`, as the script has it for the ids of tracks, clips, scenes and devices: floats are cut off. */
export function index(argument: Argument | undefined): number {
  if (argument === undefined) throw new PythonError("tuple index out of range");
  if (argument.type === "s") {
    if (/^-?\d+$/.test(argument.value)) return Number(argument.value);
    throw new PythonError(`invalid literal for int() with base 10: '${argument.value}'`);
  }
  return Math.trunc(float(argument));
}

/** An item of a list, from the end where the index is negative. */
export function item<T>(list: readonly T[], at: number): T {
  const found = list[at < 0 ? list.length + at : at];
  if (found === undefined) throw new PythonError("Index out of range");
  return found;
}

export function attribute(object: string, name: string): PythonError {
  return new PythonError(`'${object}' object has no attribute '${name}'`);
}
