import assert from "node:assert/strict";
import { newId } from "@patchbay/contracts";
import { withCorrelation } from "./correlation.ts";
import { messageSpan, span, SpanKind } from "./spans.ts";
import { counter, DURATION_BUCKETS, gauge, histogram, upDownCounter } from "./metrics.ts";
import { currentTraceId, extractTrace, injectTrace, withTrace } from "./trace_context.ts";

Deno.test("without telemetry, a span runs its function and passes on what it gives and throws", async () => {
  assert.equal(await span("a", {}, () => 1), 1);
  assert.equal(await span("a", { kind: SpanKind.SERVER, attributes: { a: 1 } }, () => Promise.resolve(2)), 2);
  await assert.rejects(span("a", {}, () => Promise.reject(new Error("x"))), /x/);
  await assert.rejects(
    span("a", {}, () => {
      throw new Error("y");
    }),
    /y/,
  );
});

Deno.test("without telemetry, headers get nothing and any context is accepted", () => {
  const headers: Record<string, string> = {};
  injectTrace(headers);
  assert.deepEqual(headers, {});
  assert.equal(withTrace(extractTrace(() => "not a traceparent"), () => 3), 3);
});

Deno.test("without telemetry, work is found under its correlation id", () => {
  const id = newId();
  assert.equal(withCorrelation(id, currentTraceId), id.replaceAll("-", ""));
  assert.equal(currentTraceId(), undefined);
});

Deno.test("without telemetry, metrics record nothing", () => {
  counter("a").add(1);
  upDownCounter("b").add(-1);
  histogram("c", { unit: "s", buckets: DURATION_BUCKETS }).record(0.1);
  using _gauge = gauge("d", {}, () => [{ value: 1 }]);
});

Deno.test("a span about a message follows the messaging conventions", () => {
  const { name, options } = messageSpan({
    operation: "request",
    template: "patchbay.v1.svc.{service}.{verb}",
    subject: "patchbay.v1.svc.conductor.run",
    messageId: "m",
    correlationId: "c",
  });
  assert.equal(name, "request patchbay.v1.svc.{service}.{verb}");
  assert.equal(options.kind, SpanKind.CLIENT);
  assert.deepEqual(options.attributes, {
    "messaging.system": "nats",
    "messaging.operation.name": "request",
    "messaging.operation.type": "send",
    "messaging.destination.template": "patchbay.v1.svc.{service}.{verb}",
    "messaging.destination.name": "patchbay.v1.svc.conductor.run",
    "messaging.message.id": "m",
    "messaging.message.conversation_id": "c",
  });
});
