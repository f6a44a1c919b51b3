/** Finds out what a command was given from the messages that it sent: the other way round from `wire/message.ts`. */
import { type OscValue, sameOscValue } from "@patchbay/bridge-kit";
import type { Argument } from "../manifest_file/arguments.ts";
import { choicesOf } from "../manifest_file/fields.ts";
import type { Message, Value } from "../manifest_file/values.ts";
import { matchAddress } from "../wire/address_template.ts";
import type { Heard } from "../wire/fields.ts";

/** Arguments by name, and under `$unique` the number of the execution. */
export type Bindings = Record<string, unknown>;

/** `undefined` for a message that is not from this template. */
export function bind(
  template: Message,
  message: Heard,
  declared: Readonly<Record<string, Argument>>,
): Bindings | undefined {
  const slots = matchAddress(template.address, message.address);
  if (slots === undefined) return undefined;
  const bindings: Bindings = Object.fromEntries(
    Object.entries(slots).map(([name, text]) => [name, fromText(declared[name], text)]),
  );
  let at = 0;
  for (const value of template.args) {
    const taken = bindValue(value, message.args.slice(at), declared, bindings);
    if (taken === undefined) return undefined;
    at += taken;
  }
  return at === message.args.length ? bindings : undefined;
}

/** How many values it takes; `undefined` where they are others. */
function bindValue(
  value: Value,
  rest: readonly OscValue[],
  declared: Readonly<Record<string, Argument>>,
  bindings: Bindings,
): number | undefined {
  const [next] = rest;
  if (typeof value !== "object" || value === null) {
    return next !== undefined && sameOscValue(value, next) ? 1 : undefined;
  }
  if ("keys" in value) {
    bindings[`$keys ${value.keys}`] = rest.map(String);
    return rest.length;
  }
  if ("arg" in value) return bindArgument(value.arg, declared[value.arg], rest, bindings);
  if (next === undefined) return undefined;
  if ("unique" in value) bindings["$unique"] = Number(next);
  else if ("output" in value) bindings["$output"] = String(next);
  else if (!("file" in value) && !("count" in value)) {
    const [constant] = Object.values(value);
    if (!sameOscValue(constant, next)) return undefined;
  }
  return 1;
}

function bindArgument(
  name: string,
  declared: Argument | undefined,
  rest: readonly OscValue[],
  bindings: Bindings,
): number | undefined {
  if (declared === undefined) return undefined;
  const [next] = rest;
  const { type, optional } = declared;
  if (type === "list") {
    bindings[name] = [...rest];
    return rest.length;
  }
  if (type === "map") {
    const map: Record<string, OscValue> = {};
    for (let i = 0; i + 1 < rest.length; i += 2) map[String(rest[i])] = rest[i + 1] ?? null;
    bindings[name] = map;
    return rest.length;
  }
  if (next === undefined) return optional ? 0 : undefined;
  const read = fromWire(declared, next);
  if (read === undefined || Object.hasOwn(bindings, name) && bindings[name] !== read) return undefined;
  bindings[name] = read;
  return 1;
}

function fromWire(declared: Argument, value: OscValue): unknown {
  switch (declared.type) {
    case "choice":
      for (const [word, wire] of choicesOf(declared.choices ?? [])) if (sameOscValue(wire, value)) return word;
      return undefined;
    case "boolean":
      return typeof value === "boolean" ? value : typeof value === "number" ? value !== 0 : undefined;
    case "integer":
    case "number":
    case "time":
      return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
    default:
      return value;
  }
}

function fromText(declared: Argument | undefined, text: string): unknown {
  if (declared === undefined || declared.type === "string") return text;
  const number = Number.isFinite(Number(text)) ? Number(text) : text;
  return declared.type === "choice"
    ? fromWire(declared, text) ?? fromWire(declared, number)
    : fromWire(declared, number);
}
