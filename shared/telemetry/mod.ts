/** Logs, traces and metrics. `OTEL_DENO=true` switches the export on; without it, traces and metrics are no-ops. */
export * from "./attributes.ts";
export * from "./correlation.ts";
export * from "./enabled.ts";
export * from "./log_format.ts";
export * from "./logging.ts";
export * from "./metrics.ts";
export * from "./redact.ts";
export * from "./spans.ts";
export * from "./trace_context.ts";
