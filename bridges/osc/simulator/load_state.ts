/**
 * What a simulated program and its bridge would know if they had come to a state: the answers to what the state asks for,
 * and commands that would have made what was heard.
 */
import { matchesOscPattern, type OscArgument } from "@patchbay/bridge-kit";
import { type CommandFile, messagesOf } from "../manifest_file/commands.ts";
import { choicesOf, type Field } from "../manifest_file/fields.ts";
import type { ManifestFile, StateFile } from "../manifest_file/manifest_file.ts";
import type { Message } from "../manifest_file/values.ts";
import { slotsOf } from "../wire/address_template.ts";
import { addressOf } from "../wire/message.ts";
import type { Bindings } from "./binding.ts";

type State = Readonly<Record<string, unknown>>;
type Heard = Exclude<StateFile, { ask: unknown }>;

/** A command that would have led to a part of the state. */
export interface Happened {
  command: CommandFile;
  bindings: Bindings;
}

/** The values of an answer, by their places; `undefined` where nothing is known. */
export function answerOf(fields: Readonly<Record<string, Field>>, state: State): Map<number, OscArgument> {
  const values = new Map<number, OscArgument>();
  for (const [name, field] of Object.entries(fields)) {
    const wire = wireOf(field, state[name]);
    if (field.at !== undefined && wire !== undefined) values.set(field.at, wire);
  }
  return values;
}

/** The commands by which a program would have come to what was heard of it, each thing once. */
export function happenedFor({ state: entries, commands }: ManifestFile, state: State): Happened[] {
  return entries.filter((entry): entry is Heard => "hear" in entry).flatMap((entry) =>
    factsOf(entry, state).flatMap((facts) => {
      const found = Object.values(commands).flatMap((command) => {
        const bindings = said(command, entry).map((template) => boundTo(command, template, entry, facts))
          .find((one) => one !== undefined);
        return bindings === undefined ? [] : [{ command, bindings }];
      });
      // of several that would have done it, one is enough: they differ in what nobody has heard
      return found.slice(0, 1);
    })
  );
}

type Facts = [Field, unknown][];

function factsOf(entry: Heard, state: State): Facts[] {
  if ("fields" in entry) {
    const known = Object.entries(entry.fields).map(([name, field]): [Field, unknown] => [field, state[name]]);
    return known.some(([, value]) => value === null || value === undefined) ? [] : [known];
  }
  const map = state[entry.map];
  if (typeof map !== "object" || map === null) return [];
  const { key, value } = entry;
  return Object.entries(map).map(([name, known]) => [
    [key, key.type === "string" ? name : Number(name)],
    ...(value === undefined ? [] : [[value, known] as [Field, unknown]]),
  ]);
}

/** What is heard when the command has happened. */
const said = (command: CommandFile, { sent }: Heard): Message[] => [
  ...command.simulate.says,
  ...(sent ? messagesOf(command) : []),
];

function boundTo(command: CommandFile, template: Message, entry: Heard, facts: Facts): Bindings | undefined {
  const bindings: Bindings = {};
  for (const [field, known] of facts) {
    const place = placeOf(field, template);
    if (place === undefined) return undefined;
    if ("arg" in place) bindings[place.arg] = known;
    else if (String(wireValueOf(field, known)) !== String(place.constant)) return undefined;
  }
  if (slotsOf(template.address).some((slot) => bindings[slot] === undefined)) return undefined;
  const address = addressOf(template.address, { args: bindings, declared: command.args });
  return matchesOscPattern(entry.hear, address) ? bindings : undefined;
}

function placeOf({ at, part }: Field, { address, args }: Message): { arg: string } | { constant: unknown } | undefined {
  if (part !== undefined) {
    const text = address.split("/")[part];
    const slot = /^\{(\w+)\}$/.exec(text ?? "")?.[1];
    return slot !== undefined ? { arg: slot } : text === undefined ? undefined : { constant: text };
  }
  const value = at === undefined ? undefined : args[at];
  if (value === undefined) return undefined;
  if (typeof value !== "object" || value === null) return { constant: value };
  if ("arg" in value) return { arg: value.arg };
  const [constant] = Object.values(value);
  return { constant };
}

/** What a field's value is on the wire. */
const wireValueOf = ({ type, choices }: Field, value: unknown): unknown =>
  type === "choice" ? choicesOf(choices ?? []).get(String(value)) : type === "boolean" ? Number(value) : value;

function wireOf(field: Field, value: unknown): OscArgument | undefined {
  const wire = wireValueOf(field, value);
  if (typeof wire === "number") return field.type === "number" ? { type: "f", value: wire } : wire;
  return typeof wire === "string" ? wire : undefined;
}
