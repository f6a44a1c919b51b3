/**
 * Rehearsals: a plan is tried on the simulators of its applications, which hold what the real ones hold now. Each bridge
 * gives its own stage (`BridgeDefinition.stage`); no subject of a bridge is involved, so that no application can be touched.
 */
export { changesBetween, type Differences } from "./changes/mod.ts";
export { REHEARSAL_LIMITS, type RehearsalLimits } from "./limits.ts";
export * from "./rehearsal.ts";
