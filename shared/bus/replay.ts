/**
 * Messages that the server took out of a stream and sent on. Whoever may read a stream chooses where the server sends what
 * lies there, and the server asks for no right to that subject: a user's own stored bytes reach subjects that it may not
 * publish to. So they are told apart by what the server writes into them, and believed by nobody.
 */
import type { Msg, MsgHdrs } from "@nats-io/nats-core";

const FROM_STREAM = "Nats-Stream";

/** Whether a message that came now, rather than out of a stream that was asked, is such a one. */
export function isReplay({ headers, reply }: Pick<Msg, "headers" | "reply">): boolean {
  return headers?.has(FROM_STREAM) === true || reply?.startsWith("$JS.") === true;
}

/** Whether what a consumer delivers came into its stream as such a one. */
export const wasReplay = (headers: MsgHdrs | undefined): boolean => headers?.has(FROM_STREAM) === true;

/** The same for the answer to a direct question, into which the server writes where it found it. */
export const wasReplayBefore = (headers: MsgHdrs | undefined): boolean =>
  headers !== undefined && headers.values(FROM_STREAM).length > 1;
