/** What no schema says of a manifest file: that what it names is there. */
import { type CommandFile, messagesOf } from "./commands.ts";
import type { Field, ResultField } from "./fields.ts";
import type { ManifestFile } from "./manifest_file.ts";
import { slotsOf } from "../wire/address_template.ts";
import type { Message, Value } from "./values.ts";

export interface FileIssue {
  path: PropertyKey[];
  message: string;
}

/** Everything that does not fit together. */
export function checkFile(file: ManifestFile): FileIssue[] {
  const issues: FileIssue[] = [];
  for (const [name, command] of Object.entries(file.commands)) {
    checkCommand(command, file, (path, message) => issues.push({ path: ["commands", name, ...path], message }));
  }
  for (const [name, { data }] of Object.entries(file.events)) {
    checkFields(data, (path, message) => issues.push({ path: ["events", name, "data", ...path], message }));
  }
  for (const [name, { value, data }] of Object.entries(file.channels)) {
    const say = (...path: PropertyKey[]) => (inner: PropertyKey[], message: string) =>
      issues.push({ path: ["channels", name, ...path, ...inner], message });
    if (value !== undefined) checkField(value, say("value"));
    checkFields(data ?? {}, say("data"));
  }
  const seen = new Set<string>();
  for (const [index, entry] of file.state.entries()) {
    const say = (path: PropertyKey[], message: string) => issues.push({ path: ["state", index, ...path], message });
    const names = "map" in entry ? [entry.map] : Object.keys(entry.fields);
    for (const name of names) {
      if (seen.has(name)) say([name], `'${name}' is in the state twice`);
      seen.add(name);
    }
    if ("map" in entry) checkField(entry.key, (path, message) => say(["key", ...path], message));
    else checkFields(entry.fields, (path, message) => say(["fields", ...path], message));
  }
  return issues;
}

type Say = (path: PropertyKey[], message: string) => void;

function checkCommand(command: CommandFile, file: ManifestFile, say: Say): void {
  const { kind, args, reply, before, verify, at, undo, result, phrases } = command;
  const messages = messagesOf(command);
  const starts = kind === "init" || kind === "terminate";
  if (starts && file.launch === undefined) {
    say(["kind"], "needs `launch`: the bridge starts and ends only what it launches");
  }
  if (!starts && messages.length === 0) say([], "needs `send`");
  if (kind === "query" && reply === undefined) say([], "a query needs a `reply`");
  if (reply !== undefined && (messages.length !== 1 || at !== undefined || command.bundle)) {
    say(["reply"], "only a single message that is in no bundle can have a reply: use `verify`");
  }
  if (at !== undefined && args[at.arg]?.type !== "time") {
    say(["at", "arg"], `'${at.arg}' is no argument of the type time`);
  }
  if (undo !== undefined && file.commands[undo.command] === undefined) {
    say(["undo", "command"], `there is no command '${undo.command}'`);
  }
  const many = Array.isArray(command.send);
  messages.forEach((message, i) =>
    checkMessage(message, args, (path, text) => say(["send", ...(many ? [i] : []), ...path], text))
  );
  for (const [key, question] of [["before", before], ["verify", verify]] as const) {
    if (question === undefined) continue;
    checkMessage(question, args, (path, text) => say([key, ...path], text));
    checkValues(question.reply.begins, args, (path, text) => say([key, "reply", "begins", ...path], text));
  }
  checkValues(reply?.begins ?? [], args, (path, text) => say(["reply", "begins", ...path], text));
  if (verify !== undefined && (verify.equals === undefined) === (verify.refused === undefined)) {
    say(["verify"], "needs either `equals` or `refused`");
  }
  checkValues(before?.equals ?? [], args, (path, text) => say(["before", "equals", ...path], text));
  checkValues(verify?.equals ?? [], args, (path, text) => say(["verify", "equals", ...path], text));
  for (const [name, field] of Object.entries(result ?? {})) {
    checkResult(field, command, (path, text) => say(["result", name, ...path], text));
  }
  phrases.forEach((phrase, i) => {
    const text = typeof phrase === "string" ? phrase : phrase.say;
    for (const slot of slotsOf(text)) {
      if (args[slot] === undefined) say(["phrases", i], `'{${slot}}' is no argument`);
    }
  });
}

function checkResult(field: ResultField, command: CommandFile, say: Say): void {
  const { arg, output, of } = field;
  if (arg !== undefined) {
    if (command.args[arg] === undefined) say(["arg"], `'${arg}' is no argument`);
    return;
  }
  if (output) return;
  if (command[of] === undefined) say(["of"], `the command has no \`${of}\``);
  checkField(field, say);
}

function checkMessage({ address, args: values }: Message, args: CommandFile["args"], say: Say): void {
  for (const slot of slotsOf(address)) {
    const argument = args[slot];
    if (argument === undefined) say(["address"], `'{${slot}}' is no argument`);
    else if (argument.optional && argument.default === undefined) say(["address"], `'{${slot}}' must not be optional`);
  }
  checkValues(values, args, (path, message) => say(["args", ...path], message));
}

function checkValues(values: readonly Value[], args: CommandFile["args"], say: Say): void {
  values.forEach((value, i) => {
    if (typeof value !== "object" || value === null) return;
    if ("arg" in value && args[value.arg] === undefined) say([i], `'${value.arg}' is no argument`);
    if ("count" in value && args[value.count]?.type !== "list") {
      say([i], `'${value.count}' is no argument of the type list`);
    }
    if ("keys" in value && args[value.keys]?.type !== "map") say([i], `'${value.keys}' is no argument of the type map`);
  });
}

function checkFields(fields: Record<string, Field>, say: Say): void {
  for (const [name, field] of Object.entries(fields)) {
    checkField(field, (path, message) => say([name, ...path], message));
  }
}

function checkField({ at, from, part, type, choices }: Field, say: Say): void {
  if ([at, from, part].filter((place) => place !== undefined).length !== 1) {
    say([], "needs one of `at`, `from` and `part`");
  }
  if ((type === "list" || type === "map") !== (from !== undefined)) {
    say(["type"], "a list or a map is read by `from`, others are not");
  }
  if ((type === "choice") !== (choices !== undefined)) say(["choices"], "a choice has choices, others have none");
}
