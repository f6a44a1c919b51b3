/** Receives OpenTelemetry over OTLP/HTTP in JSON, as a collector would, and lets a test ask what came. */

export interface ReceivedSpan {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  /** Empty for the root of a trace. */
  parentSpanId: string;
  attributes: Record<string, unknown>;
  failed: boolean;
}

export interface ReceivedLog {
  service: string;
  severity: string;
  body: string;
  traceId: string;
}

export interface OtlpReceiver extends AsyncDisposable {
  /** What a process needs in its environment to send here; it sends early and often. */
  readonly env: Record<string, string>;
  readonly spans: readonly ReceivedSpan[];
  readonly logs: readonly ReceivedLog[];
  readonly metrics: ReadonlySet<string>;
  /** Waits until `found` gives something for what has come so far. */
  waitFor<T>(found: (received: OtlpReceiver) => T | undefined, timeoutMs?: number): Promise<T>;
}

/** @example `await using otlp = await startOtlpReceiver(); … await otlp.waitFor((o) => o.spans.find((s) => s.name === "run"))` */
export function startOtlpReceiver(): OtlpReceiver {
  const spans: ReceivedSpan[] = [];
  const logs: ReceivedLog[] = [];
  const metrics = new Set<string>();
  const waiting = new Set<() => void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const body: OtlpBody = await request.json();
    for (const { resource, scopeSpans = [] } of body.resourceSpans ?? []) {
      const service = serviceOf(resource);
      spans.push(...scopeSpans.flatMap((scope) => scope.spans ?? []).map((span) => readSpan(service, span)));
    }
    for (const { resource, scopeLogs = [] } of body.resourceLogs ?? []) {
      const service = serviceOf(resource);
      logs.push(...scopeLogs.flatMap((scope) => scope.logRecords ?? []).map((log) => readLog(service, log)));
    }
    for (const { scopeMetrics = [] } of body.resourceMetrics ?? []) {
      for (const metric of scopeMetrics.flatMap((scope) => scope.metrics ?? [])) metrics.add(metric.name);
    }
    for (const check of waiting) check();
    return Response.json({});
  });
  const receiver: OtlpReceiver = {
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_BSP_SCHEDULE_DELAY: "50",
      OTEL_BLRP_SCHEDULE_DELAY: "50",
      OTEL_METRIC_EXPORT_INTERVAL: "200",
    },
    spans,
    logs,
    metrics,
    async waitFor(found, timeoutMs = 20_000) {
      const { promise, resolve, reject } = Promise.withResolvers<NonNullable<ReturnType<typeof found>>>();
      const check = () => {
        const value = found(receiver);
        if (value !== undefined && value !== null) resolve(value);
      };
      const timer = setTimeout(
        () => reject(new Error(`Not received in ${timeoutMs} ms; ${summary(spans)}`)),
        timeoutMs,
      );
      waiting.add(check);
      check();
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        waiting.delete(check);
      }
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return receiver;
}

interface OtlpValue {
  stringValue?: string;
  intValue?: string | number;
  doubleValue?: number;
  boolValue?: boolean;
}
interface OtlpAttributes {
  attributes?: { key: string; value: OtlpValue }[];
}
interface OtlpSpan extends OtlpAttributes {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  status?: { code?: number | string };
}
interface OtlpLog extends OtlpAttributes {
  severityText?: string;
  body?: OtlpValue;
  traceId?: string;
}
interface OtlpBody {
  resourceSpans?: { resource?: OtlpAttributes; scopeSpans?: { spans?: OtlpSpan[] }[] }[];
  resourceLogs?: { resource?: OtlpAttributes; scopeLogs?: { logRecords?: OtlpLog[] }[] }[];
  resourceMetrics?: { resource?: OtlpAttributes; scopeMetrics?: { metrics?: { name: string }[] }[] }[];
}

const valueOf = ({ stringValue, intValue, doubleValue, boolValue }: OtlpValue = {}): unknown =>
  stringValue ?? (intValue === undefined ? doubleValue ?? boolValue : Number(intValue));

const attributesOf = (part: OtlpAttributes = {}): Record<string, unknown> =>
  Object.fromEntries((part.attributes ?? []).map(({ key, value }) => [key, valueOf(value)]));

const serviceOf = (resource: OtlpAttributes = {}): string => String(attributesOf(resource)["service.name"] ?? "");

function readSpan(service: string, span: OtlpSpan): ReceivedSpan {
  return {
    service,
    name: span.name,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId ?? "",
    attributes: attributesOf(span),
    failed: span.status?.code === 2 || span.status?.code === "STATUS_CODE_ERROR",
  };
}

function readLog(service: string, log: OtlpLog): ReceivedLog {
  return {
    service,
    severity: log.severityText ?? "",
    body: String(valueOf(log.body) ?? ""),
    traceId: log.traceId ?? "",
  };
}

const summary = (spans: readonly ReceivedSpan[]) =>
  `${spans.length} spans: ${[...new Set(spans.map((span) => span.name))].join(", ")}`;
