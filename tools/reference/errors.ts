/** `errors.md`: the error table, for whoever gets one. */
import { ERRORS } from "@patchbay/contracts";
import { code, page, table } from "./markdown.ts";

export function errorReference(): string {
  const rows = Object.entries(ERRORS).map(([name, error]) => [
    `<a id="${name.toLowerCase()}"></a>${code(name)}`,
    String(error.status),
    String(error.rpc),
    error.severity,
    error.retryable ? "yes" : "no",
    error.title,
    error.remedy,
  ]);
  return page(
    "Errors",
    "`shared/contracts/errors.ts`",
    "Every error has one of these codes: in the `code` of a problem (RFC 9457) over HTTP, of a result on the bus, and of a line in the log. *Retry* " +
      "says whether the same request may succeed later, unchanged. The text for the case at hand is in `detail`, facts for programs are in " +
      "`context`, and what was wrong with an input is in `errors`, each with its path.",
    table(["code", "HTTP", "JSON-RPC", "severity", "retry", "means", "what to do"], rows),
  );
}
