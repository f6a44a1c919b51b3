/** Trace context over message headers (W3C Trace Context): `traceparent` and `tracestate`. */
import { type Context, context, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { currentCorrelationId } from "./correlation.ts";

export type { Context };

/** Adds the active span to headers; adds nothing when telemetry is off. Deno registers the propagator. */
export function injectTrace(headers: Record<string, string>): void {
  propagation.inject(context.active(), headers);
}

/**
 * The context that a message came with; the root where it carries none, or one that cannot be read.
 * @example `extractTrace((name) => headers.get(name))`
 */
export function extractTrace(get: (name: string) => string | undefined): Context {
  return propagation.extract(ROOT_CONTEXT, get, { get: (carrier, name) => carrier(name), keys: () => [] });
}

/** Runs `fn` as a child of a context from elsewhere. */
export function withTrace<T>(parent: Context, fn: () => T): T {
  return context.with(parent, fn);
}

/**
 * The id under which this work is found: of the active trace, else made of the correlation id, which has as many bits;
 * `undefined` outside both.
 */
export function currentTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId ?? currentCorrelationId()?.replaceAll("-", "");
}
