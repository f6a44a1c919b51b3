/**
 * What every part of Patchbay agrees on: schemas, subjects, the error table and the manifest language.
 * No I/O, and no imports of ours: anything may import this module, in any process and in a browser.
 */
export * from "./approvals.ts";
export * from "./assets.ts";
export * from "./batches.ts";
export * from "./channels.ts";
export * from "./command_record.ts";
export * from "./bridge_events.ts";
export * from "./commands.ts";
export * from "./envelope.ts";
export * from "./errors.ts";
export * from "./events.ts";
export * from "./given_schema.ts";
export * from "./ids.ts";
export * from "./json.ts";
export * from "./json_patch.ts";
export * from "./json_pointer.ts";
export * from "./json_schema.ts";
export * from "./ledger.ts";
export * from "./links.ts";
export * from "./manifest.ts";
export * from "./manifest_document.ts";
export * from "./names.ts";
export * from "./patchbay_error.ts";
export * from "./phrases.ts";
export * from "./plan.ts";
export * from "./plan_bindings.ts";
export * from "./plan_conditions.ts";
export * from "./plan_digest.ts";
export * from "./plan_graph.ts";
export * from "./plan_references.ts";
export * from "./plan_step.ts";
export * from "./plan_validation.ts";
export * from "./policies.ts";
export * from "./presence.ts";
export * from "./problem.ts";
export * from "./rehearsal.ts";
export * from "./run_events.ts";
export * from "./runs.ts";
export * from "./services.ts";
export * from "./state.ts";
export * from "./statistics.ts";
export * from "./subjects.ts";
export * from "./take_back.ts";
export * from "./triggers.ts";
