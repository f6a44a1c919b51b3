/** The one class that everything throws; severity, status and remedy come from the error table. */
import { z } from "zod";
import { type ErrorCode, ERRORS, type Severity } from "./errors.ts";

/** One thing that was wrong in an input, and where. */
export const ValidationIssue = z.looseObject({
  /** JSON path of the value: `["steps", 0, "args", "location"]`. */
  path: z.array(z.union([z.string(), z.number()])),
  message: z.string(),
  code: z.string().optional(),
});
export type ValidationIssue = z.infer<typeof ValidationIssue>;

/** What an error says besides its code and message. */
export interface PatchbayErrorOptions {
  cause?: unknown;
  /** @default the table's */
  severity?: Severity;
  /** Facts for programs: what exists instead, a limit, a state. Goes to the caller, so nothing secret. */
  context?: Record<string, unknown>;
  /** @default the table's */
  remedy?: string;
  issues?: readonly ValidationIssue[];
  /** Whether the same request may succeed later, without doing it twice. @default the table's */
  retryable?: boolean;
}

/** The one error class; the message says what was attempted and what was found. */
export class PatchbayError extends Error {
  override readonly name: string = "PatchbayError";
  readonly code: ErrorCode;
  readonly severity: Severity;
  readonly context: Record<string, unknown>;
  readonly remedy: string;
  readonly issues: readonly ValidationIssue[];
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: PatchbayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.severity = options.severity ?? ERRORS[code].severity;
    this.context = options.context ?? {};
    this.remedy = options.remedy ?? ERRORS[code].remedy;
    this.issues = options.issues ?? [];
    this.retryable = options.retryable ?? ERRORS[code].retryable;
  }

  /** The error of the class that callers catch for this code. */
  static of(code: ErrorCode, message: string, options: PatchbayErrorOptions = {}): PatchbayError {
    if (VALIDATION.has(code)) return new ValidationError(code, message, options);
    if (UNAVAILABLE.has(code)) return new UnavailableError(code, message, options);
    if (code === "CONFLICT") return new ConflictError(code, message, options);
    return new PatchbayError(code, message, options);
  }
}

/** An input that was refused; {@linkcode PatchbayError.issues} says where. */
export class ValidationError extends PatchbayError {
  override readonly name = "ValidationError";

  /** The error for what zod found; `action` begins the message, `at` is put before each path. */
  static fromZod(
    code: ErrorCode,
    action: string,
    error: z.ZodError,
    at: readonly (string | number)[] = [],
  ): ValidationError {
    const issues = error.issues.slice(0, MAX_ISSUES).map((issue) => ({
      path: [...at, ...issue.path.map((part) => typeof part === "symbol" ? part.toString() : part)],
      message: issue.message,
      code: issue.code,
    }));
    const [first] = issues;
    const where = first === undefined || first.path.length === 0 ? "" : `${first.path.join(".")}: `;
    const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : "";
    return new ValidationError(code, `${action}: ${where}${first?.message ?? "invalid"}${more}`, {
      cause: error,
      issues,
    });
  }
}

/** Something is away and may come back; worth another try. */
export class UnavailableError extends PatchbayError {
  override readonly name = "UnavailableError";
}

/** A concurrent change won. */
export class ConflictError extends PatchbayError {
  override readonly name = "ConflictError";
}

/** More say nothing new to whoever reads them. */
const MAX_ISSUES = 50;
const VALIDATION: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "INVALID_ARGUMENTS",
  "INVALID_MESSAGE",
  "INVALID_REQUEST",
  "INVALID_RESULT",
  "PLAN_INVALID",
  "UNSUPPORTED_VERSION",
]);
const UNAVAILABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "APP_NOT_CONNECTED",
  "BRIDGE_OFFLINE",
  "BUS_UNAVAILABLE",
  "SERVICE_UNAVAILABLE",
]);
