/** Spans. When telemetry is off, they cost next to nothing and record nothing. */
import {
  type Attributes,
  type Context,
  context,
  type Link,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { PatchbayError } from "@patchbay/contracts";
import { ATTRIBUTES } from "./attributes.ts";
import { currentCorrelationId } from "./correlation.ts";
import { DURATION_BUCKETS, histogram } from "./metrics.ts";
import { redactText } from "./redact.ts";

export { type Attributes, type Span, SpanKind };

export interface SpanOptions {
  /** @default internal */
  kind?: SpanKind;
  attributes?: Attributes;
  /** Where it belongs when that is not the active span: see {@linkcode extractTrace}. */
  parent?: Context;
  links?: Link[];
}

const tracer = trace.getTracer("patchbay");

/** Rate, errors and duration of everything that has a span, by its name; dashboards stand on it. */
const durations = histogram("patchbay.operation.duration", {
  description: "How long operations take",
  unit: "s",
  buckets: DURATION_BUCKETS,
});
/** The error type of spans that failed. */
const failures = new WeakMap<Span, string>();

/**
 * Runs `fn` in a span, which ends with it. A throw becomes the span's status, with the error's code as `error.type`, and
 * goes on; its duration is counted in `patchbay.operation.duration`. Names have few values: `POST /v1/commands`, `process patchbay.v1.cmd.{app}.{bridge}.{command}`.
 */
export function span<T>(name: string, options: SpanOptions, fn: (span: Span) => T | Promise<T>): Promise<T> {
  const correlationId = currentCorrelationId();
  const attributes = correlationId === undefined
    ? options.attributes
    : { [ATTRIBUTES.correlationId]: correlationId, ...options.attributes };
  return tracer.startActiveSpan(
    name,
    {
      kind: options.kind ?? SpanKind.INTERNAL,
      ...(attributes === undefined ? {} : { attributes }),
      ...(options.links === undefined ? {} : { links: options.links }),
    },
    options.parent ?? context.active(),
    async (active) => {
      const startedAt = performance.now();
      try {
        return await fn(active);
      } catch (error) {
        recordError(active, error);
        throw error;
      } finally {
        if (active.isRecording()) {
          const errorType = failures.get(active);
          durations.record((performance.now() - startedAt) / 1000, {
            [ATTRIBUTES.operation]: name,
            ...(errorType === undefined ? {} : { [ATTRIBUTES.errorType]: errorType }),
          });
        }
        active.end();
      }
    },
  );
}

/** Marks a span as failed, for an error that is answered instead of thrown. */
export function recordError(active: Span, error: unknown): void {
  const message = redactText(error instanceof Error ? error.message : String(error));
  const type = error instanceof PatchbayError ? error.code : error instanceof Error ? error.name : "_OTHER";
  failures.set(active, type);
  active.setAttribute(ATTRIBUTES.errorType, type);
  active.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** The span that is active here. */
export function activeSpan(): Span | undefined {
  return trace.getActiveSpan();
}

/** What a span about a message says of it, after OpenTelemetry's messaging conventions. */
export interface MessageFacts {
  operation: "publish" | "request" | "process" | "receive";
  /** With placeholders, so that it has few values: `patchbay.v1.cmd.{app}.{bridge}.{command}`. */
  template: string;
  subject?: string;
  messageId?: string;
  correlationId?: string;
}

/** Name, kind and attributes of a span about a message: spread them into {@linkcode span}'s arguments. */
export function messageSpan(
  facts: MessageFacts,
): { name: string; options: { kind: SpanKind; attributes: Attributes } } {
  const sends = facts.operation === "publish" || facts.operation === "request";
  return {
    name: `${facts.operation} ${facts.template}`,
    options: {
      kind: facts.operation === "request" ? SpanKind.CLIENT : sends ? SpanKind.PRODUCER : SpanKind.CONSUMER,
      attributes: {
        [ATTRIBUTES.messagingSystem]: "nats",
        [ATTRIBUTES.messagingOperationName]: facts.operation,
        [ATTRIBUTES.messagingOperationType]: sends ? "send" : facts.operation,
        [ATTRIBUTES.messagingDestinationTemplate]: facts.template,
        ...(facts.subject === undefined ? {} : { [ATTRIBUTES.messagingDestination]: facts.subject }),
        ...(facts.messageId === undefined ? {} : { [ATTRIBUTES.messagingMessageId]: facts.messageId }),
        ...(facts.correlationId === undefined ? {} : { [ATTRIBUTES.messagingConversationId]: facts.correlationId }),
      },
    },
  };
}
