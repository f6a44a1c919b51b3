/**
 * The planner: an instruction in words becomes a validated plan. Providers make the plans: `phrasebook` (offline,
 * deterministic, the default) from the phrases that the manifests bring, `claude` with a language model.
 */
export { type AppState, newPlan, type PlanRequest, type Provider, type Usage, type World } from "./provider.ts";
export { type LlmPlannerOptions, startLlmPlanner } from "./service.ts";
export { phrasebookProvider, unreadablePhrases } from "./phrasebook/mod.ts";
export { claudeProvider, type ClaudeSettings } from "./claude/mod.ts";
export { type PlannerConfig, readConfig } from "./config.ts";
