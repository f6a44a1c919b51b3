/** Takes one command back, or does it again: by the application's own history where it lies on top, else by commands. */
import {
  type AppManifest,
  BATCH_COMMAND,
  type CommandDefinition,
  differenceIn,
  type JsonObject,
  newId,
  PatchbayError,
  readBackOf,
  TakeBack,
  type TakenBack,
} from "@patchbay/contracts";
import type { Adapter, AdapterCall, HistoryDirection } from "../adapter.ts";
import type { Session } from "../application.ts";
import { canStepBack, inverseCommandOf } from "../batches/inverse.ts";
import { parseArguments, parseResult } from "../command_arguments.ts";
import { tellsOfPeople } from "./recorded_adapter.ts";
import { takeBatch } from "./take_batch_back.ts";
import type { UndoHistory } from "./undo_history.ts";

export interface TakingBackOptions {
  manifest: AppManifest;
  history: UndoHistory;
  allowCode: boolean;
  /** A value that is too large becomes one that says where it is. */
  fit(value: unknown, name: string): Promise<{ value: unknown }>;
}

/** A command, or a batch, that was done. */
interface Past<S> {
  options: TakingBackOptions;
  session: Session<S>;
  call: AdapterCall;
  done: TakeBack;
}

/** A command that can be taken back, with what takes it back. */
interface Subject<S> extends Past<S> {
  definition: CommandDefinition;
}

type Step = "moved" | { since: string };

/** @throws {PatchbayError} what the application answers, where it is not certain that nothing happened */
export async function takeBack<S>(
  options: TakingBackOptions,
  session: Session<S>,
  call: AdapterCall,
): Promise<TakenBack> {
  if (call.args["command"] === BATCH_COMMAND) return await wholeBatch(options, session, call, "undo");
  const subject = subjectOf(options, session, call);
  if ("reason" in subject) return { done: false, reason: subject.reason };
  const { definition, done } = subject;
  const { title } = options.manifest;
  const step = definition.undo === "app" ? await inHistory(subject, "undo") : undefined;
  if (step === "moved") return { done: true, by: "app", reason: `by ${title}'s own undo` };
  const inverse = await inverseOf(subject);
  const since = step === undefined ? "" : `, since ${step.since}`;
  if (inverse === undefined) {
    return { done: false, reason: short(`no command takes ${done.command} back${since}`) };
  }
  if ("reason" in inverse) return { done: false, reason: short(`${inverse.reason}${since}`) };
  try {
    // it would bring back what was before the command, whatever somebody has made of it since
    const other = await isAnother(subject);
    if (other !== undefined) return { done: false, reason: short(`${other}${since}`) };
    await execute(subject, { command: inverse.command, args: inverse.args, id: newId() });
  } catch (error) {
    if (!hadNoEffect(error)) throw error;
    return { done: false, reason: short(`${inverse.command} cannot take it back: ${error.message}${since}`) };
  }
  return { done: true, by: "inverse", reason: short(`by ${inverse.command}${since}`) };
}

/** @throws {PatchbayError} what the application answers to the command that is run again */
export async function doAgain<S>(
  options: TakingBackOptions,
  session: Session<S>,
  call: AdapterCall,
): Promise<TakenBack> {
  if (call.args["command"] === BATCH_COMMAND) return await wholeBatch(options, session, call, "redo");
  const subject = subjectOf(options, session, call);
  if ("reason" in subject) return { done: false, reason: subject.reason };
  const { definition, done } = subject;
  const { title } = options.manifest;
  const step = definition.undo === "app" ? await inHistory(subject, "redo") : undefined;
  if (step === "moved") return { done: true, by: "app", reason: `by ${title}'s own redo`, value: done.value };
  // under the id that it had: it is the same command that can be taken back again
  const made = await execute(subject, { command: done.command, args: done.args, id: done.commandId });
  const { value } = await options.fit(parseResult(done.command, definition, made), done.command);
  const since = step === undefined ? "" : `, since ${step.since}`;
  return { done: true, by: "again", reason: short(`${done.command} was run again${since}`), value };
}

async function wholeBatch<S>(
  options: TakingBackOptions,
  session: Session<S>,
  call: AdapterCall,
  direction: HistoryDirection,
): Promise<TakenBack> {
  const done = TakeBack.parse(call.args);
  const { title } = options.manifest;
  if (isOfAnother(done, session)) return { done: false, reason: anew(title, "the batch") };
  const take = direction === "undo" ? takeBack : doAgain;
  return await takeBatch(done, direction, {
    inHistory: async (commandId) =>
      await inHistory({ options, session, call, done: { ...done, commandId } }, direction) === "moved",
    reads: (command) => options.manifest.commands[command]?.effect === "read",
    one: (change) => take(options, session, { ...call, args: { ...change } }),
  });
}

const isOfAnother = <S>(done: TakeBack, session: Session<S>) =>
  done.session !== undefined && done.session !== session.id;

const anew = (title: string, what: string) =>
  `${title} was started anew since ${what}: what it did is not there any more`;

function subjectOf<S>(
  options: TakingBackOptions,
  session: Session<S>,
  call: AdapterCall,
): Subject<S> | { reason: string } {
  const { manifest: { commands, title }, allowCode } = options;
  const done = TakeBack.parse(call.args);
  const name = done.command;
  const definition = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (definition === undefined) return { reason: `${title} has no command '${name}'` };
  if (isOfAnother(done, session)) return { reason: anew(title, name) };
  if (definition.effect === "read") return { reason: `${name} only reads` };
  if (definition.undo === "none") return { reason: `nothing takes ${name} back` };
  if (definition.effect === "open" && !allowCode) {
    return { reason: `${name} may do anything, and this bridge was started without --allow-code` };
  }
  // with the defaults, as it ran
  const args = parseArguments(name, definition, done.args);
  return { options, session, call, done: { ...done, args }, definition };
}

/** One step in the application's own history, if the command lies on top of it. */
async function inHistory<S>(subject: Past<S>, direction: HistoryDirection): Promise<Step> {
  const { options: { manifest, history }, session: { adapter }, call: { signal }, done: { commandId } } = subject;
  if (adapter.stepBack !== undefined) {
    const { moved, reason = "it does not lie on top" } = await adapter.stepBack({ direction, commandId, signal });
    return moved ? "moved" : { since: reason };
  }
  const since = whyNotByCommand(subject, direction) ?? history.whyNot(direction, commandId);
  if (since !== undefined) return { since };
  await history.walk(direction, () =>
    execute(subject, {
      command: direction,
      args: parseArguments(direction, manifest.commands[direction]!, {}),
      id: newId(),
    }));
  return "moved";
}

/** Why the manifest's own undo cannot be trusted with it. */
function whyNotByCommand<S>({ options: { manifest }, session: { adapter } }: Past<S>, direction: HistoryDirection) {
  const { title, commands } = manifest;
  const offered = direction === "undo" ? canStepBack(manifest) : Object.hasOwn(commands, "redo");
  if (!offered) return `${title} has no command '${direction}'`;
  // with nobody at it, nothing of anybody's can lie on top
  if (!tellsOfPeople(manifest) && adapter.owned !== true) return `${title} does not tell what a person does in it`;
  return undefined;
}

/** What is not any more as the command left it, where its manifest says how that is read back. */
async function isAnother<S>(subject: Subject<S>): Promise<string | undefined> {
  const { options: { manifest: { commands } }, done, definition: { verify } } = subject;
  const readBack = verify === undefined ? undefined : readBackOf(verify, { args: done.args, result: done.value });
  const query = readBack === undefined ? undefined : commands[readBack.command];
  if (readBack === undefined || query === undefined) return undefined;
  const { command } = readBack;
  const args = parseArguments(command, query, readBack.args);
  const found = parseResult(command, query, await execute(subject, { command, args, id: newId() }));
  const difference = differenceIn(readBack, found);
  if (difference === undefined) return undefined;
  return `${Object.keys(difference.expected).join(", ")} is not any more as ${done.command} left it`;
}

type Bound = { command: string; args: JsonObject };

function inverseOf<S>({ options, done, definition }: Subject<S>): Bound | { reason: string } | undefined {
  const { manifest: { commands, title }, allowCode } = options;
  try {
    const inverse = inverseCommandOf(definition, { args: done.args, result: done.value });
    if (inverse === undefined) return undefined;
    if (done.inverse === false) return { reason: `whoever asked may not run ${inverse.command}` };
    const by = commands[inverse.command];
    if (by === undefined) return { reason: `${title} has no command '${inverse.command}'` };
    if (by.effect === "open" && !allowCode) {
      return { reason: `${inverse.command} may do anything, and this bridge was started without --allow-code` };
    }
    return { command: inverse.command, args: parseArguments(inverse.command, by, inverse.args) };
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    return { reason: `what takes it back cannot be told from what it gave: ${error.message}` };
  }
}

function execute<S>(
  { session, call: { signal, deadline, progress } }: Past<S>,
  what: Pick<AdapterCall, "command" | "args" | "id">,
): ReturnType<Adapter<S>["execute"]> {
  return session.adapter.execute({ ...what, signal, deadline, progress });
}

const REFUSALS: ReadonlySet<string> = new Set(["NOT_FOUND", "INVALID_ARGUMENTS", "COMMAND_FAILED", "CONFLICT"]);

const hadNoEffect = (error: unknown): error is PatchbayError =>
  error instanceof PatchbayError && REFUSALS.has(error.code);

/** As long as a reason may be. */
const short = (reason: string) => reason.slice(0, 500);
