/** One command on the application: answered at its deadline, and waited for until the application lets go of it. */
import { type CommandDefinition, type Id, type JsonObject, PatchbayError } from "@patchbay/contracts";
import type { AdapterProgress } from "../adapter.ts";
import { type Session, unlessAborted } from "../application.ts";
import { DeadlineTimer } from "../deadline_timer.ts";
import { isUnknown, mayBeDoneTwice, stuckIn, worthAnotherTry } from "../how_it_ended.ts";

export interface ApplicationCallOptions<S> {
  session: Session<S>;
  name: string;
  definition: CommandDefinition;
  args: JsonObject;
  id: Id;
  /** Milliseconds since 1970. */
  deadline: number;
  /** Somebody cancels it: the application is told, and says itself what became of it. */
  signal: AbortSignal;
  progress(progress: AdapterProgress): void;
  /** After it was told to end, it may block the application for so long, in milliseconds. */
  stuckMs: number;
  /** It did. */
  onStuck(error: PatchbayError): void;
}

export interface ApplicationCall {
  /** What it gave. Rejects with its problem: at the deadline, and when the application is lost, at once. */
  answer: Promise<unknown>;
  /** Settles once the application is done with it, or lost: what it gave, if it was done after all. */
  released: Promise<{ done: true; value: unknown } | { done: false }>;
}

export function callApplication<S>(options: ApplicationCallOptions<S>): ApplicationCall {
  const { session, name, definition, args, id, deadline, signal, stuckMs } = options;
  const repeatable = mayBeDoneTwice(definition);
  const told = new AbortController();
  const answer = Promise.withResolvers<unknown>();
  let stuck: ReturnType<typeof setTimeout> | undefined;
  const tell = (reason: unknown) => {
    if (told.signal.aborted) return;
    told.abort(reason);
    stuck = setTimeout(() => options.onStuck(stuckIn(name, stuckMs)), stuckMs);
  };
  const cancel = () => tell(signal.reason);
  const lost = () => {
    const { reason } = session.lost;
    // what may be done again is worth another try once the application is back; of the rest it is not known
    const error = definition.idempotent ? worthAnotherTry(name, reason, true) : reason;
    tell(error);
    answer.reject(error);
  };
  const timer = new DeadlineTimer(deadline, () => {
    const error = new PatchbayError("DEADLINE_EXCEEDED", `Cannot finish ${name} in time: it still runs`, {
      context: { started: true },
      retryable: repeatable,
    });
    tell(error);
    answer.reject(error);
  });
  signal.addEventListener("abort", cancel, { once: true });
  session.lost.addEventListener("abort", lost, { once: true });
  const progress = (made: AdapterProgress) => {
    if (!told.signal.aborted) options.progress(made);
  };
  const execute = async () =>
    await session.adapter.execute({ command: name, args, id, signal: told.signal, deadline, progress });
  const executed = unlessAborted(execute(), session.lost);
  const released = executed
    .then((value) => ({ done: true as const, value }), () => ({ done: false as const }))
    .finally(() => {
      clearTimeout(stuck);
      timer[Symbol.dispose]();
      signal.removeEventListener("abort", cancel);
      session.lost.removeEventListener("abort", lost);
    });
  // an application that was told to stop may say so in its own words
  const inOurWords = (error: unknown) => {
    if (!signal.aborted || told.signal.reason !== signal.reason) return error;
    return isUnknown(error) && !repeatable ? error : signal.reason;
  };
  executed.then(answer.resolve, (error) => answer.reject(session.lost.aborted ? error : inOurWords(error)));
  if (signal.aborted) cancel();
  if (session.lost.aborted) lost();
  return { answer: answer.promise, released };
}
