/** A receiver of OTLP over HTTP in JSON: keeps the spans that a program exports, so that a test can look at its trace. */
import { z } from "zod";

const Attribute = z.looseObject({ key: z.string(), value: z.looseObject({ stringValue: z.string().optional() }) });

const Span = z.looseObject({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes: z.array(Attribute).default([]),
});
export type Span = z.infer<typeof Span>;

const ExportedSpans = z.looseObject({
  resourceSpans: z.array(z.looseObject({ scopeSpans: z.array(z.looseObject({ spans: z.array(Span) })) })),
});

export interface OtlpReceiver extends AsyncDisposable {
  /** The environment of a program that shall export to this receiver. */
  readonly env: Record<string, string>;
  readonly spans: readonly Span[];
  /** Resolves once the spans received so far satisfy the condition. */
  until(condition: (spans: readonly Span[]) => boolean, signal: AbortSignal): Promise<void>;
}

export function startOtlpReceiver(): OtlpReceiver {
  const spans: Span[] = [];
  const arrived = new EventTarget();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body: unknown = await request.json();
    if (new URL(request.url).pathname === "/v1/traces") {
      for (const { scopeSpans } of ExportedSpans.parse(body).resourceSpans) {
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      }
      arrived.dispatchEvent(new Event("spans"));
    }
    return Response.json({});
  });
  return {
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_BSP_SCHEDULE_DELAY: "200",
    },
    spans,
    until(condition, signal) {
      return new Promise((resolve, reject) => {
        const check = () => {
          if (!condition(spans)) return;
          stop();
          resolve();
        };
        const give = () => {
          stop();
          reject(signal.reason);
        };
        const stop = () => {
          arrived.removeEventListener("spans", check);
          signal.removeEventListener("abort", give);
        };
        arrived.addEventListener("spans", check);
        signal.addEventListener("abort", give);
        check();
      });
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The value of a text attribute. */
export function attribute(span: Span, key: string): string | undefined {
  return span.attributes.find((entry) => entry.key === key)?.value.stringValue;
}

/** The names of a span's ancestors, nearest first, as far as they were received. */
export function ancestors(span: Span, spans: readonly Span[]): string[] {
  const names: string[] = [];
  let parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  while (parent !== undefined) {
    names.push(parent.name);
    const { parentSpanId } = parent;
    parent = spans.find(({ spanId }) => spanId === parentSpanId);
  }
  return names;
}
