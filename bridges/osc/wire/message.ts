/** Makes messages from their templates. */
import type { OscArgument, OscMessage } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import type { Argument } from "../manifest_file/arguments.ts";
import type { Message, Value } from "../manifest_file/values.ts";
import { fillAddress } from "./address_template.ts";
import { toWire, wireValue } from "./arguments.ts";

/** What templates are filled from: one for each execution of a command. */
export interface Scope {
  declared: Readonly<Record<string, Argument>>;
  /** By name; an asset is its content, or the path of a file of it. */
  args: Readonly<Record<string, unknown>>;
  /** A number of this execution alone. */
  unique: number;
  /** Files beside the manifest file. */
  contents: ReadonlyMap<string, Uint8Array>;
  /** The path for a file that the program writes. */
  output(ending: string): string;
}

/** For messages outside of commands: there is nothing to fill in but a number. */
export const plainScope = (contents: Scope["contents"], unique: number): Scope => ({
  declared: {},
  args: {},
  unique,
  contents,
  output: () => {
    throw PatchbayError.of("INVALID_CONFIGURATION", "Only a command's message can name an output");
  },
});

/** @throws {PatchbayError} `INVALID_ARGUMENTS` */
export function messageOf({ address, args }: Message, scope: Scope): OscMessage {
  return { address: addressOf(address, scope), args: valuesOf(args, scope) };
}

/** What an argument is in an address: a choice is what it is on the wire. */
export function addressOf(template: string, { args, declared }: Pick<Scope, "args" | "declared">): string {
  return fillAddress(template, (name) => {
    const declaration = declared[name];
    if (declaration?.type !== "choice") return args[name];
    const [value] = toWire(declaration, args[name]);
    return typeof value === "object" && value !== null && "value" in value ? value.value : value;
  });
}

export function valuesOf(values: readonly Value[], scope: Scope): OscArgument[] {
  return values.flatMap((value) => evaluated(value, scope));
}

function evaluated(value: Value, scope: Scope): OscArgument[] {
  if (typeof value !== "object" || value === null) return [value];
  if ("arg" in value) {
    const [declared, given] = [scope.declared[value.arg], scope.args[value.arg]];
    return declared === undefined || given === undefined ? [] : toWire(declared, given, value.as);
  }
  if ("keys" in value) return Object.keys(Object(scope.args[value.keys]));
  if ("count" in value) return [Array.isArray(scope.args[value.count]) ? Object(scope.args[value.count]).length : 0];
  if ("unique" in value) return [{ type: "i", value: scope.unique }];
  if ("file" in value) return [scope.contents.get(value.file) ?? new Uint8Array()];
  if ("output" in value) return [scope.output(value.output)];
  if ("i" in value) return [wireValue(value.i, "i")];
  if ("f" in value) return [wireValue(value.f, "f")];
  if ("d" in value) return [wireValue(value.d, "d")];
  if ("h" in value) return [wireValue(value.h, "h")];
  return [value.s];
}
