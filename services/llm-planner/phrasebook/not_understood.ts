/** The answer to an instruction of which something was not understood. */
import { PatchbayError } from "@patchbay/contracts";

/** A clause that was not understood. */
export interface UnclearClause {
  /** As it was written. */
  clause: string;
  /** Where it begins in the instruction, in UTF-16 code units from 0. */
  position: number;
  /** Why, where more is known than that no phrase fits. */
  reason?: string;
  /** Phrases that it could have been. */
  suggestions: string[];
  /** Whether the suggestions are only examples, as nothing is near to the clause. */
  examples?: boolean;
}

/** The message names so many; `context.clauses` has at most {@linkcode MAX_CLAUSES}. */
const IN_MESSAGE = 2;
export const MAX_CLAUSES = 20;

/** `NOT_UNDERSTOOD`, with the clauses in `context.clauses`. */
export function notUnderstood(clauses: readonly UnclearClause[]): PatchbayError {
  const named = clauses.slice(0, IN_MESSAGE).map(say);
  const more = clauses.length > IN_MESSAGE ? [`and ${clauses.length - IN_MESSAGE} more`] : [];
  return new PatchbayError("NOT_UNDERSTOOD", `Cannot plan: did not understand ${[...named, ...more].join("; ")}`, {
    context: {
      clauses: clauses.slice(0, MAX_CLAUSES).map(({ examples: _, ...clause }) => ({
        ...clause,
        clause: shortened(clause.clause, 500),
      })),
    },
  });
}

function say({ clause, position, reason, suggestions, examples }: UnclearClause): string {
  const why = reason === undefined ? "" : `: ${reason}`;
  const [first] = suggestions;
  const how = examples === true ? "; what is understood is for example" : ", which could have been";
  const instead = first === undefined || reason !== undefined ? "" : `${how} '${first}'`;
  return `'${shortened(clause, 80)}' (at character ${position + 1})${why}${instead}`;
}

function shortened(text: string, length: number): string {
  return text.length > length
    ? `${[...text.slice(0, length - 1)].join("").replace(/[\ud800-\udbff]$/, "")}\u2026`
    : text;
}
