/** How an error leaves the command line: what happened, what to do, and an exit status that a script can use. */
import { type ErrorCode, ERRORS, toProblem } from "@patchbay/contracts";
import { printable } from "./printable.ts";

/** What the shell sees. `awaitingApproval`: nothing has run, somebody must approve it first. */
export const EXIT = { ok: 0, failed: 1, usage: 2, awaitingApproval: 3, interrupted: 130 } as const;

/** What to do in a terminal, where the table speaks to a program. */
const HERE: Partial<Record<ErrorCode, string>> = {
  NOT_UNDERSTOOD: "Say it like one of these. [Words] may be left out; {words} stand for a name or a value.",
  UNAUTHENTICATED:
    "Set PATCHBAY_KEY to the key that the studio printed when it started, or name its folder with --home.",
  NOT_FOUND:
    "Check the name. `patchbay plans`, `runs` and `triggers` list what there is; `patchbay doctor`, who is here.",
  CONFLICT: "Look again, and repeat it if it is still what you want: `patchbay plans`, `patchbay runs`.",
};

/** More are counted. */
const MOST_AVAILABLE = 20;

/** An error as a person reads it: the detail, each issue, and the remedy. */
export function describeError(error: unknown): string {
  const { code, detail, remedy: advice, errors = [], context = {}, correlationId } = toProblem(error);
  const clauses = describeClauses(context);
  const remedy = advice === ERRORS[code].remedy ? HERE[code] ?? advice : advice;
  const cause = code === "INTERNAL" && error instanceof Error ? `\n  ${error.stack ?? error.message}` : "";
  const issues = errors.map(({ path, message }) => `\n  ${path.join(".") || "(whole)"}: ${message}`);
  const trace = correlationId === undefined ? "" : `\nCorrelation id: ${correlationId}`;
  return printable(
    `${code}: ${detail}${cause}${issues.join("")}${
      describeAvailable(context)
    }${clauses}\nWhat to do: ${remedy}${trace}`,
  );
}

/** What there is instead. */
function describeAvailable({ available }: Record<string, unknown>): string {
  if (!Array.isArray(available) || available.length === 0) return "";
  const more = available.length - MOST_AVAILABLE;
  return `\n  there is: ${available.slice(0, MOST_AVAILABLE).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The clauses that a planner did not understand, each with what it could have been. */
function describeClauses(context: Record<string, unknown>): string {
  const clauses = Array.isArray(context["clauses"]) ? context["clauses"] : [];
  return clauses.map((clause: { clause?: unknown; suggestions?: unknown }) => {
    const suggestions = Array.isArray(clause.suggestions) ? clause.suggestions : [];
    return `\n  not understood: "${clause.clause}"` + suggestions.map((text) => `\n    perhaps: ${text}`).join("");
  }).join("");
}
