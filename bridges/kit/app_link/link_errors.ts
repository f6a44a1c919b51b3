/** How an error crosses the App link: a JSON-RPC error whose `data` carries Patchbay's code, context and issues. */
import { ErrorCodes, ResponseError } from "vscode-jsonrpc/node";
import { z } from "zod";
import { ErrorCode, ERRORS, PatchbayError, ValidationIssue } from "@patchbay/contracts";

const ErrorData = z.looseObject({
  code: ErrorCode,
  context: z.record(z.string(), z.unknown()).optional(),
  issues: z.array(ValidationIssue).optional(),
});
type ErrorData = z.infer<typeof ErrorData>;

/** What this side answers. Only a {@linkcode PatchbayError} says more than that there was a fault. */
export function toLinkError(error: unknown): ResponseError<ErrorData> {
  const known = error instanceof PatchbayError
    ? error
    : new PatchbayError("INTERNAL", error instanceof Error ? error.message : String(error), { cause: error });
  return new ResponseError(ERRORS[known.code].rpc, known.message, {
    code: known.code,
    ...(Object.keys(known.context).length === 0 ? {} : { context: known.context }),
    ...(known.issues.length === 0 ? {} : { issues: [...known.issues] }),
  });
}

/** What the other side answered. An application's own exception, without a code of ours, is `COMMAND_FAILED`. */
export function fromLinkError(error: unknown): PatchbayError {
  if (!(error instanceof ResponseError)) {
    return new PatchbayError("INTERNAL", "Cannot ask the application: an unexpected fault", { cause: error });
  }
  const data = ErrorData.safeParse(error.data);
  if (data.success) {
    return PatchbayError.of(data.data.code, error.message, {
      context: data.data.context ?? {},
      issues: data.data.issues ?? [],
    });
  }
  return PatchbayError.of(codeOf(error.code), error.message, { cause: error });
}

function codeOf(code: number): ErrorCode {
  switch (code) {
    case ErrorCodes.MethodNotFound:
      return "UNKNOWN_COMMAND";
    case ErrorCodes.InvalidParams:
      return "INVALID_ARGUMENTS";
    case ERRORS.CANCELLED.rpc:
      return "CANCELLED";
    case ErrorCodes.MessageWriteError:
      return "PAYLOAD_TOO_LARGE";
    default:
      return "COMMAND_FAILED";
  }
}
