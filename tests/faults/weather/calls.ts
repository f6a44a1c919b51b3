/** One call of the tally, written down: on either lane, alone or in a batch, for the first time or again. */
import { enqueueJob, requestBridge } from "@patchbay/bus";
import {
  ANY_BRIDGE,
  BatchResult,
  type Command,
  envelope,
  type EnvelopeOf,
  type Id,
  type JsonObject,
  newId,
  PatchbayError,
  type Priority,
  Result,
  subjects,
  UnavailableError,
} from "@patchbay/contracts";
import type { History } from "@patchbay/testing";
import type { Caller } from "./world.ts";

export interface Call {
  /** A bridge, or `any`. */
  to: string;
  command: "add" | "set" | "read";
  args?: JsonObject;
  /** @default the command's id */
  key?: string;
  id?: Id;
  /** @default "normal" */
  priority?: Priority;
  /** How long the application may take. @default as its manifest says */
  timeoutMs?: number;
}

export interface BatchCall {
  to: string;
  key: string;
  /** Each has a tag in its arguments: what the history knows it by. */
  commands: readonly { command: "add" | "set"; args: JsonObject & { tag: Id } }[];
}

const TIMEOUT_MS = 5_000;

/** Where calls come from: its bus, and what it knows of who is here. */
export type From = Pick<Caller, "name" | "bus" | "here">;

function commandMessage(
  { name }: From,
  { to, command, args = {}, key, id = newId(), priority = "normal", timeoutMs }: Call,
): EnvelopeOf<Command> {
  const payload = {
    command,
    args,
    priority,
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  return envelope({ type: "command", id, payload, source: name, target: `tally.${to}` });
}

function invoke(history: History, { id, payload: { command, idempotencyKey } }: EnvelopeOf<Command>, job: boolean) {
  const key = idempotencyKey === undefined ? {} : { key: idempotencyKey };
  history.invoked({
    commandId: id,
    command,
    ...key,
    effect: command !== "read",
    idempotent: command !== "add",
    job,
  });
}

/** A command on the interactive lane. @returns its result, `undefined` where none came */
export async function callNow(history: History, from: From, call: Call): Promise<Result | undefined> {
  const message = commandMessage(from, call);
  invoke(history, message, false);
  const { to, command } = call;
  try {
    const { payload } = await requestBridge(from.bus, from.here, {
      app: "tally",
      bridge: to,
      subject: (bridge) => subjects.command("tally", bridge, command),
      message,
      payload: Result,
      timeoutMs: TIMEOUT_MS,
    });
    // what is repeated is answered with the first one's result
    const result = { ...payload, commandId: message.id };
    history.result(result);
    return result;
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    history.unanswered(message.id, error);
    return undefined;
  }
}

/** A command on the durable lane: resolves with its id once it is accepted, however long that takes. */
export async function callLater(history: History, from: From, call: Call): Promise<Id> {
  const { to, priority = "normal" } = call;
  const message = commandMessage(from, call);
  invoke(history, message, true);
  for (;;) {
    try {
      await enqueueJob(from.bus, { app: "tally", bridge: to, priority }, message);
      break;
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
    }
  }
  history.accepted(message.id);
  return message.id;
}

/** A batch; each command of it is a story of its own, once however often the batch comes. */
export async function callBatch(history: History, from: From, batch: BatchCall): Promise<BatchResult | undefined> {
  const { to, key, commands } = batch;
  const payload = { commands, onError: "continue", idempotencyKey: key, timeoutMs: TIMEOUT_MS };
  const message = envelope({ type: "command", payload, source: from.name, target: `tally.${to}` });
  history.invoked({ commandId: message.id, key, command: "batch", effect: false });
  for (const [i, { command, args: { tag } }] of commands.entries()) {
    history.invoked({ commandId: tag, key: `${key}/${i}`, command, idempotent: command === "set" });
  }
  try {
    const { payload: answer } = await requestBridge(from.bus, from.here, {
      app: "tally",
      bridge: to,
      subject: (bridge) => subjects.batch("tally", bridge),
      message,
      payload: BatchResult,
      timeoutMs: TIMEOUT_MS,
    });
    for (const [i, { result }] of answer.items.entries()) {
      const tag = commands[i]?.args.tag;
      if (result !== undefined && tag !== undefined) history.result({ ...result, commandId: tag });
    }
    return answer;
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    history.unanswered(message.id, error);
    return undefined;
  }
}

export const ANY = ANY_BRIDGE;
