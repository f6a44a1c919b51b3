/** Reads fields from messages that came. */
import type { OscValue } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { choicesOf, type Field } from "../manifest_file/fields.ts";
import type { When } from "../manifest_file/manifest_file.ts";

/** What fields are read from. */
export interface Heard {
  address: string;
  args: readonly OscValue[];
}

/** @throws {PatchbayError} `INVALID_RESULT` for a message that is too short, or holds something else */
export function readFields(fields: Readonly<Record<string, Field>>, message: Heard): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, readField(field, message)]));
}

/** @returns the value; `null` where an optional one is not there; bytes for an asset */
export function readField(field: Field, message: Heard): unknown {
  const { type, from, optional } = field;
  if (from !== undefined) {
    const rest = message.args.slice(from).map(plain);
    return type === "map" ? pairsOf(rest) : rest;
  }
  const found = field.part === undefined ? message.args[field.at ?? 0] : message.address.split("/")[field.part];
  if (found === undefined && optional) return null;
  const value = found === undefined ? undefined : converted(field, found);
  if (value !== undefined) return value;
  const where = field.part === undefined ? `value ${field.at ?? 0}` : `part ${field.part} of the address`;
  const is = found === undefined ? "is not there" : `is ${String(plain(found)).slice(0, 50)}`;
  throw PatchbayError.of("INVALID_RESULT", `Cannot read ${message.address}: ${where} ${is}, expected ${type}`);
}

/** Whether a message has, or has not, a value in a place. */
export function holds(when: When | undefined, { args }: Heard): boolean {
  if (when === undefined) return true;
  const found = args[when.at];
  const same = (wanted: OscValue) => found !== undefined && (found === wanted || Number(found) === Number(wanted));
  return (when.is === undefined || same(when.is)) && (when.not === undefined || !same(when.not));
}

function converted({ type, choices }: Field, value: OscValue): unknown {
  switch (type) {
    case "integer":
    case "number": {
      const number = typeof value === "string" && value.trim() === "" ? NaN : Number(value);
      if (value === null || value instanceof Uint8Array || !Number.isFinite(number)) return undefined;
      return type === "number" || Number.isInteger(number) ? number : undefined;
    }
    case "string":
      return value === null || value instanceof Uint8Array ? undefined : String(value);
    case "boolean":
      return typeof value === "boolean" ? value : typeof value === "number" ? value !== 0 : undefined;
    case "choice":
      for (const [word, wire] of choicesOf(choices ?? [])) {
        if (wire === value || String(wire) === String(value)) return word;
      }
      return undefined;
    case "asset":
      return value instanceof Uint8Array ? value : undefined;
    default:
      return plain(value);
  }
}

/** As JSON has it. */
function plain(value: OscValue): string | number | boolean | null {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

function pairsOf(values: readonly (string | number | boolean | null)[]): Record<string, unknown> {
  const pairs: [string, unknown][] = [];
  for (let i = 0; i + 1 < values.length; i += 2) pairs.push([String(values[i]), values[i + 1]]);
  return Object.fromEntries(pairs);
}
