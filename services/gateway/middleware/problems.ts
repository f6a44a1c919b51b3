/** The one way errors leave the gateway: as problem details (RFC 9457) with the correlation id. */
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { type Id, toProblem } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { HttpRefusal } from "../refusal.ts";

const log = logger("gateway");
const LEVELS = { info: "info", warning: "warn", error: "error", critical: "error" } as const;

export function problemResponse(error: unknown, correlationId: Id | undefined): Response {
  const problem = toProblem(error, correlationId);
  if (error instanceof HttpRefusal) problem.status = error.status;
  if (problem.status >= 500) {
    trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message: problem.code });
    // what the table knows is explained by its code; only a fault of ours needs the stack
    const why = problem.code === "INTERNAL" ? { error } : {};
    log[LEVELS[problem.severity]]("Answered {code}: {detail}", { code: problem.code, detail: problem.detail, ...why });
  }
  return Response.json(problem, {
    status: problem.status,
    headers: {
      "Content-Type": "application/problem+json",
      ...(problem.status === 401 ? { "WWW-Authenticate": 'Bearer realm="patchbay"' } : {}),
      ...(error instanceof HttpRefusal ? error.headers : {}),
    },
  });
}
