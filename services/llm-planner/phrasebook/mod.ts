/**
 * The offline planner: understands what the manifests' phrases say, needs no network and no key, and plans the same
 * instruction the same way each time. What it does not understand it names; it never guesses.
 */
export { interpret } from "./interpret.ts";
export { phrasebookProvider } from "./provider.ts";
export type { UnclearClause } from "./not_understood.ts";
export { unreadablePhrases } from "./vocabulary.ts";
