/** RFC 9457 problem details: how an error travels, over HTTP and over the bus. */
import { z } from "zod";
import { ErrorCode, ERRORS, Severity } from "./errors.ts";
import { PatchbayError, ValidationIssue } from "./patchbay_error.ts";
import { Id } from "./ids.ts";

export const Problem = z.looseObject({
  /** `urn:patchbay:error:<CODE>` */
  type: z.string(),
  title: z.string(),
  /** The HTTP status. */
  status: z.number().int().min(400).max(599),
  /** What happened, for a person; nothing internal. */
  detail: z.string(),
  code: ErrorCode,
  severity: Severity,
  /** Whether the same request may succeed later. */
  retryable: z.boolean(),
  /** What the user can do. */
  remedy: z.string(),
  correlationId: Id.optional(),
  /** What was wrong where, for validation errors. */
  errors: z.array(ValidationIssue).optional(),
  /** Facts for programs: what exists instead, a limit, a state. */
  context: z.record(z.string(), z.unknown()).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** The problem that stands for an error. Anything that is not a {@linkcode PatchbayError} becomes `INTERNAL`, its text kept inside. */
export function toProblem(error: unknown, correlationId?: Id): Problem {
  const known = error instanceof PatchbayError
    ? error
    : new PatchbayError("INTERNAL", "An unexpected fault; the log has it under this correlation id", { cause: error });
  const entry = ERRORS[known.code];
  return {
    type: `urn:patchbay:error:${known.code}`,
    title: entry.title,
    status: entry.status,
    detail: known.message,
    code: known.code,
    severity: known.severity,
    retryable: known.retryable,
    remedy: known.remedy,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(known.issues.length === 0 ? {} : { errors: [...known.issues] }),
    ...(Object.keys(known.context).length === 0 ? {} : { context: known.context }),
  };
}

/** The error that a problem stands for: the inverse of {@linkcode toProblem}. */
export function fromProblem(problem: Problem): PatchbayError {
  return PatchbayError.of(problem.code, problem.detail, {
    severity: problem.severity,
    remedy: problem.remedy,
    context: problem.context ?? {},
    issues: problem.errors ?? [],
    retryable: problem.retryable,
  });
}
