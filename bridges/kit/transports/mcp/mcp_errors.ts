/** What an MCP server's failures are called here. Its texts come from a stranger: they are shown, shortened, and never acted on. */
import {
  ProtocolError,
  ProtocolErrorCode,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError,
  UnsupportedProtocolVersionError,
} from "@modelcontextprotocol/client";
import { type ErrorCode, PatchbayError } from "@patchbay/contracts";

/** `what` is what was attempted: `call the tool 'echo'`. */
export function fromMcpError(error: unknown, what: string): PatchbayError {
  if (error instanceof PatchbayError) return error;
  const said = error instanceof Error ? error.message.slice(0, 500) : "an unexpected fault";
  return PatchbayError.of(codeOf(error), `Cannot ${what}: ${said}`, { cause: error });
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof UnsupportedProtocolVersionError) return "UNSUPPORTED_VERSION";
  if (error instanceof UnauthorizedError) return "LINK_REFUSED";
  if (error instanceof SdkHttpError) return codeOfStatus(error.status);
  if (error instanceof SdkError) return codeOfSdk(error.code);
  if (error instanceof ProtocolError) return codeOfAnswer(error.code);
  // fetch has nothing better for a server that is not there
  return "APP_NOT_CONNECTED";
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return "LINK_REFUSED";
  return status === 413 ? "PAYLOAD_TOO_LARGE" : "APP_NOT_CONNECTED";
}

function codeOfSdk(code: SdkErrorCode): ErrorCode {
  switch (code) {
    case SdkErrorCode.RequestTimeout:
      return "DEADLINE_EXCEEDED";
    case SdkErrorCode.InvalidResult:
    case SdkErrorCode.ListPaginationExceeded:
      return "INVALID_RESULT";
    case SdkErrorCode.CapabilityNotSupported:
    case SdkErrorCode.MethodNotSupportedByProtocolVersion:
      return "UNKNOWN_COMMAND";
    case SdkErrorCode.UnsupportedResultType:
    case SdkErrorCode.InputRequiredRoundsExceeded:
      return "COMMAND_FAILED";
    default:
      return "APP_NOT_CONNECTED";
  }
}

function codeOfAnswer(code: number): ErrorCode {
  switch (code) {
    case ProtocolErrorCode.MethodNotFound:
      return "UNKNOWN_COMMAND";
    case ProtocolErrorCode.InvalidParams:
      return "INVALID_ARGUMENTS";
    default:
      return "COMMAND_FAILED";
  }
}
