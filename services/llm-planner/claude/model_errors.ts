/** What the model's API says when it fails, as an error of ours. The key and the request never are in it. */
import { type ErrorCode, PatchbayError } from "@patchbay/contracts";
import Anthropic from "@anthropic-ai/sdk";

const ACTION = "Cannot plan with claude";

/** By what the API calls the error; for streams, whose errors have no status. */
const BY_TYPE: Record<string, ErrorCode> = {
  authentication_error: "MODEL_AUTH_FAILED",
  permission_error: "MODEL_AUTH_FAILED",
  billing_error: "QUOTA_EXCEEDED",
  rate_limit_error: "MODEL_RATE_LIMITED",
  overloaded_error: "MODEL_UNAVAILABLE",
  api_error: "MODEL_UNAVAILABLE",
  timeout_error: "MODEL_UNAVAILABLE",
  not_found_error: "INVALID_CONFIGURATION",
};

/** The typed error for whatever a call of the model threw. */
export function modelError(error: unknown, model: string): PatchbayError {
  if (error instanceof PatchbayError) return error;
  if (error instanceof Anthropic.APIConnectionTimeoutError) {
    return refuse("MODEL_UNAVAILABLE", "it did not answer in time", error);
  }
  if (error instanceof Anthropic.APIConnectionError) return refuse("MODEL_UNAVAILABLE", "it cannot be reached", error);
  if (!(error instanceof Anthropic.APIError)) {
    return refuse("MODEL_UNAVAILABLE", "its answer broke off or could not be read", error);
  }
  const { type, status } = error;
  const code = BY_TYPE[type ?? ""] ?? byStatus(typeof status === "number" ? status : undefined);
  if (code === "INVALID_CONFIGURATION") {
    return refuse(code, `there is no model '${model}' (PATCHBAY_CLAUDE_MODEL)`, error);
  }
  const said = error.apiMessage === null ? "" : `: ${error.apiMessage.slice(0, 300)}`;
  return refuse(code, `${REASONS[code] ?? "it failed"}${said}`, error, retryAfter(error));
}

/** Whether the API refused the answer's schema for its size. */
export function isSchemaRefused(error: unknown): boolean {
  return error instanceof Anthropic.BadRequestError && /schema|grammar|output_config/i.test(error.apiMessage ?? "");
}

const REASONS: Partial<Record<ErrorCode, string>> = {
  MODEL_AUTH_FAILED: "the key is refused",
  MODEL_RATE_LIMITED: "too many requests",
  MODEL_UNAVAILABLE: "it is overloaded or has a fault",
  QUOTA_EXCEEDED: "the account's credit is used up",
};

function byStatus(status: number | undefined): ErrorCode {
  if (status === 401 || status === 403) return "MODEL_AUTH_FAILED";
  if (status === 402) return "QUOTA_EXCEEDED";
  if (status === 404) return "INVALID_CONFIGURATION";
  return status === 429 ? "MODEL_RATE_LIMITED" : "MODEL_UNAVAILABLE";
}

/** In seconds, as the API asks for. */
function retryAfter({ headers }: InstanceType<typeof Anthropic.APIError>): Record<string, unknown> {
  const seconds = Number(headers?.get("retry-after") ?? NaN);
  return Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {};
}

function refuse(code: ErrorCode, why: string, cause: unknown, context: Record<string, unknown> = {}): PatchbayError {
  return PatchbayError.of(code, `${ACTION}: ${why}`, { cause, context });
}
