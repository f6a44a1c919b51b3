/** What a command was given, as values of a message. */
import type { OscArgument } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { z } from "zod";
import type { Argument } from "../manifest_file/arguments.ts";
import { choicesOf } from "../manifest_file/fields.ts";
import type { WireType } from "../manifest_file/values.ts";

const DEFAULT_TYPES = { integer: "i", number: "f", string: "s", boolean: "i", time: "d" } as const;

/** @param value as the manifest's schema has parsed it; an asset's content, or its path */
export function toWire(declared: Argument, value: unknown, as?: WireType): OscArgument[] {
  const { type, osc, choices, items } = declared;
  const wire = as ?? (osc === "path" ? "s" : osc);
  switch (type) {
    case "choice": {
      const known = choicesOf(choices ?? []).get(String(value)) ?? String(value);
      return [wireValue(known, wire ?? (typeof known === "string" ? "s" : Number.isInteger(known) ? "i" : "f"))];
    }
    case "list":
      return z.array(z.unknown()).parse(value).map((item) => wireValue(item, wire ?? itemType(items)));
    case "map":
      return Object.entries(z.record(z.string(), z.unknown()).parse(value))
        .flatMap(([key, item]) => [key, wireValue(item, wire ?? itemType(items))]);
    case "asset":
      return [value instanceof Uint8Array ? value : String(value)];
    default:
      return [wireValue(value, wire ?? DEFAULT_TYPES[type])];
  }
}

const itemType = (items: Argument["items"]): WireType => items?.osc ?? DEFAULT_TYPES[items?.type ?? "number"];

/** @throws {PatchbayError} `INVALID_ARGUMENTS` for a value that the type cannot hold */
export function wireValue(value: unknown, type: WireType): OscArgument {
  switch (type) {
    case "T":
      return Boolean(value);
    case "s":
      return { type, value: String(value) };
    case "b":
      if (value instanceof Uint8Array) return value;
      break;
    case "i":
    case "h": {
      const whole = Math.round(Number(value));
      if (type === "h" ? Number.isSafeInteger(whole) : (whole | 0) === whole) return { type, value: whole };
      break;
    }
    default:
      if (Number.isFinite(Number(value))) return { type, value: Number(value) };
  }
  throw PatchbayError.of(
    "INVALID_ARGUMENTS",
    `Cannot send ${String(value).slice(0, 100)} as an OSC value of the type ${type}`,
  );
}
