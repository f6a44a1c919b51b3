/** Gives each request one correlation id, for its answer, its log lines and everything that it causes; says which trace it is in. */
import { trace } from "@opentelemetry/api";
import { createMiddleware } from "hono/factory";
import { HEADERS, Id, newId } from "@patchbay/contracts";
import { withCorrelation } from "@patchbay/telemetry";
import type { Variables } from "../route.ts";

export function correlation() {
  return createMiddleware<{ Variables: Variables }>(async (c, next) => {
    const given = c.req.raw.headers.get(HEADERS.correlationId);
    const id = given !== null && Id.safeParse(given).success ? given : newId();
    c.set("correlationId", id);
    await withCorrelation(id, next);
    c.res.headers.set(HEADERS.correlationId, id);
    c.res.headers.set("traceresponse", traceresponse(id));
  });
}

/** W3C Trace Context, level 2. Without telemetry the correlation id, which has as many bits, stands for the trace. */
function traceresponse(id: Id): string {
  const span = trace.getActiveSpan()?.spanContext();
  if (span !== undefined) return `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}`;
  const bits = id.replaceAll("-", "");
  return `00-${bits}-${bits.slice(16)}-00`;
}
