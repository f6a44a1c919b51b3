/** What may be asked of an application over OSC, and when a datagram is its answer. */
import { z } from "zod";
import { OscArgument, type OscValue, sameValue, valueOf } from "./argument.ts";
import type { ReceivedMessage } from "./codec.ts";

const Ids = z.union([z.number().int().nonnegative(), z.array(OscArgument)]);

/** Reads back what a message has done. */
export const OscVerification = z.strictObject({
  address: z.string(),
  args: z.array(OscArgument).default([]),
  ids: Ids.optional(),
  reply: z.string().optional(),
  /** The values that must be read, the first of those that come; floats as 32-bit floats. */
  equals: z.union([
    z.array(OscArgument),
    z.custom<(values: readonly OscValue[]) => boolean>((test) => typeof test === "function"),
  ]),
});
export type OscVerification = z.output<typeof OscVerification>;

/** The `params` of a request; its method is the address. */
export const OscRequest = z.strictObject({
  args: z.array(OscArgument).default([]),
  /** How many leading arguments the answer repeats, or what it begins with where that is something else. @default all */
  ids: Ids.optional(),
  /** Where the answer comes. @default the address */
  reply: z.string().optional(),
  /** For messages that are not answered: what to read afterwards. Without it, the message itself is answered. */
  verify: OscVerification.optional(),
  /** Sends a message that is verified again when it seems to be lost: for one that sets, not for one that adds. @default false */
  resend: z.boolean().default(false),
  /** For each attempt, in milliseconds. */
  timeoutMs: z.number().positive().optional(),
  /** How often a question is asked. */
  attempts: z.number().int().positive().optional(),
});
export type OscRequest = z.output<typeof OscRequest>;
export type OscRequestInput = z.input<typeof OscRequest>;

/** An answer: what a request resolves with. */
export interface OscAnswer extends ReceivedMessage {
  /** The arguments after the ids that it repeats. */
  values: readonly OscValue[];
}

/** A question that waits for its answer. */
export interface Question {
  address: string;
  reply: string;
  ids: readonly OscValue[];
}

/** Whether a datagram is the answer to a question. @default the reply's address, and the ids in front */
export type OscMatch = (question: Question, message: ReceivedMessage) => boolean;

export const repeatsIds: OscMatch = ({ reply, ids }, { address, args }) =>
  address === reply && args.length >= ids.length && ids.every((id, i) => sameValue(id, args[i]!));

/** The question that a request, or the reading back of one, asks. */
export function questionOf(
  address: string,
  { args, ids, reply = address }: Pick<OscRequest, "args" | "ids" | "reply">,
): Question {
  return { address, reply, ids: (Array.isArray(ids) ? ids : args.slice(0, ids ?? args.length)).map(valueOf) };
}

/** Questions with the same key cannot be told apart by their answers. */
export function keyOf({ reply, ids }: Question): string {
  return JSON.stringify([
    reply,
    ...ids.map((id) => typeof id === "bigint" || id instanceof Uint8Array ? String(id) : id),
  ]);
}

/** Whether what was read is what was written. */
export function isVerified(equals: OscVerification["equals"], values: readonly OscValue[]): boolean {
  if (typeof equals === "function") return equals(values);
  return equals.length <= values.length && equals.every((wanted, i) => sameValue(valueOf(wanted), values[i]!));
}
