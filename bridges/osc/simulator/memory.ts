/** What a simulated program would answer to each question: what commands have written, else an example. */
import type { OscArgument, OscMessage } from "@patchbay/bridge-kit";
import type { JsonObject } from "@patchbay/contracts";
import { choicesOf, type Field } from "../manifest_file/fields.ts";
import { type CommandFile, messagesOf } from "../manifest_file/commands.ts";
import type { ManifestFile } from "../manifest_file/manifest_file.ts";
import type { Message, Question } from "../manifest_file/values.ts";
import type { Argument } from "../manifest_file/arguments.ts";
import type { Heard } from "../wire/fields.ts";
import { addressOf, messageOf, type Scope, valuesOf } from "../wire/message.ts";
import { bind, type Bindings } from "./binding.ts";
import { answerOf, happenedFor } from "./load_state.ts";

/** A question of the file, with what its answer would look like. */
interface Known {
  question: Question;
  declared: Readonly<Record<string, Argument>>;
  fields: readonly Field[];
  /** Whether some command takes away what it asks for: then it is refused until it is there. */
  mayBeMissing: boolean;
}

const MISSING = Symbol("missing");

export class Memory {
  readonly #known: Known[] = [];
  readonly #written = new Map<string, readonly OscArgument[] | typeof MISSING>();

  /** @param known what it looks like: a value of the manifest's `state` */
  constructor(file: ManifestFile, known: JsonObject = {}) {
    const { ping, appVersion, listen, state, commands } = file;
    const removable = Object.values(commands).flatMap(({ verify, before }) =>
      [verify, before].flatMap((question) => question?.refused ? [question.address] : [])
    );
    const add = (question: Question, declared: Known["declared"], fields: readonly Field[]) =>
      this.#known.push({ question, declared, fields, mayBeMissing: removable.includes(question.address) });
    for (const command of Object.values(commands)) {
      const { args, before, verify, reply, result = {} } = command;
      const of = (place: string) =>
        Object.values(result).filter((field) => field.of === place && field.arg === undefined && !field.output);
      const [message] = messagesOf(command);
      if (reply !== undefined && message !== undefined) add({ ...message, reply }, args, of("reply"));
      if (before !== undefined) add(before, args, of("before"));
      if (verify !== undefined) add(verify, args, of("verify"));
    }
    for (const entry of state) if ("ask" in entry) add(entry.ask, {}, Object.values(entry.fields));
    for (const { reply, ...message } of listen.start) if (reply !== undefined) add({ ...message, reply }, {}, []);
    if (ping !== undefined) add(ping, {}, []);
    if (appVersion !== undefined) {
      add(appVersion, {}, [{ at: Math.max(...appVersion.from), type: "any", optional: false }]);
    }
    for (const entry of state) if ("ask" in entry) this.#knows(entry.ask, entry.fields, known);
    for (const { command, bindings } of happenedFor(file, known)) this.wrote(command, bindings);
  }

  #knows(ask: Question, fields: Readonly<Record<string, Field>>, known: JsonObject): void {
    const values = answerOf(fields, known);
    if (values.size === 0) return;
    const scope = scopeOf({}, {});
    const { address, args } = messageOf(ask, scope);
    const all = Object.values(fields);
    const answer: OscArgument[] = [];
    for (let at = valuesOf(ask.reply.begins, scope).length; at < lengthOf(all); at++) {
      const value = values.get(at);
      answer.push(...value === undefined ? exampleAt(all, at) : [value]);
    }
    this.#written.set(keyOf({ address, args }), answer);
  }

  /** What a command has done, as far as it can be read back. */
  wrote({ verify, args: declared }: CommandFile, bindings: Bindings): void {
    if (verify === undefined) return;
    const scope = scopeOf(declared, bindings);
    const { address, args } = messageOf(verify, scope);
    this.#written.set(keyOf({ address, args }), verify.refused ? MISSING : valuesOf(verify.equals ?? [], scope));
  }

  /** The answer to a question; `missing` where there is nothing to be read; `undefined` for what is no question. */
  answer(message: Heard): OscMessage | "missing" | undefined {
    const asked = this.#known.flatMap((known) => {
      const bindings = bind(known.question, message, known.declared);
      return bindings === undefined ? [] : [{ known, bindings }];
    });
    if (asked.length === 0) return undefined;
    const written = this.#written.get(keyOf(message));
    if (written === MISSING || written === undefined && asked.some(({ known }) => known.mayBeMissing)) return "missing";
    // of several that ask the same, the one that reads most of the answer
    asked.sort((a, b) => lengthOf(b.known.fields) - lengthOf(a.known.fields));
    const { known, bindings } = asked[0]!;
    const scope = scopeOf(known.declared, bindings);
    const begins = valuesOf(known.question.reply.begins, scope);
    const args = [...begins, ...(written ?? [])];
    for (let at = args.length; at < lengthOf(known.fields); at++) args.push(...exampleAt(known.fields, at));
    return { address: addressOf(known.question.reply.address ?? known.question.address, scope), args };
  }
}

/** The message that a template of a command makes of what was bound. */
export const said = (template: Message, declared: Readonly<Record<string, Argument>>, bindings: Bindings): OscMessage =>
  messageOf(template, scopeOf(declared, bindings));

function scopeOf(declared: Readonly<Record<string, Argument>>, bindings: Bindings): Scope {
  const args = { ...bindings };
  for (const [name, value] of Object.entries(bindings)) {
    // of a map whose names alone were asked for, something must be answered
    if (name.startsWith("$keys ") && Array.isArray(value)) {
      args[name.slice("$keys ".length)] ??= Object.fromEntries(value.map((key) => [key, 0]));
    }
  }
  return {
    declared,
    args,
    unique: Number(bindings["$unique"] ?? 0),
    contents: new Map(),
    output: () => String(bindings["$output"] ?? ""),
  };
}

const keyOf = ({ address, args }: { address: string; args: readonly unknown[] }) =>
  JSON.stringify([
    address,
    ...args.map((arg) => {
      const value = typeof arg === "object" && arg !== null && "value" in arg ? arg.value : arg;
      return typeof value === "number" ? Math.fround(value) : String(value);
    }),
  ]);

const lengthOf = (fields: readonly Field[]) =>
  Math.max(0, ...fields.map(({ at = -1, from = -1, optional }) => optional ? 0 : Math.max(at, from) + 1));

function exampleAt(fields: readonly Field[], at: number): OscArgument[] {
  const field = fields.find((one) => one.at === at || one.from === at);
  if (field === undefined) return [0];
  const { example, type, choices } = field;
  if (Array.isArray(example)) return [...example];
  if (example !== undefined) {
    return [type === "number" && typeof example === "number" ? { type: "f", value: example } : example];
  }
  switch (type) {
    case "string":
      return [""];
    case "number":
      return [{ type: "f", value: 0 }];
    case "choice":
      return [[...choicesOf(choices ?? []).values()][0] ?? ""];
    case "asset":
      return [new Uint8Array()];
    case "list":
    case "map":
      return [];
    default:
      return [0];
  }
}
