/** The correlation id travels implicitly: whoever logs within `withCorrelation` has it in the line. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Id } from "@patchbay/contracts";

/** What LogTape adds to each record that is logged within. */
export const implicitContext: AsyncLocalStorage<Record<string, unknown>> = new AsyncLocalStorage();

/** Runs `fn`; every log line of it, however deep and however late, carries the id. */
export function withCorrelation<T>(correlationId: Id, fn: () => T): T {
  return implicitContext.run({ ...implicitContext.getStore(), correlationId }, fn);
}

/** The id of the innermost {@linkcode withCorrelation}. */
export function currentCorrelationId(): Id | undefined {
  const id = implicitContext.getStore()?.["correlationId"];
  return typeof id === "string" ? id : undefined;
}
