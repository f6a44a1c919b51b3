/** The typed client of the gateway: every call over `fetch`, every error a `PatchbayError`. Needs contracts only, so it runs in a browser too. */
export type { AppClient, CommandOptions } from "./app_client.ts";
export type { BatchOptions, BatchStep } from "./batch.ts";
export { type Client, type ClientOptions, createClient, type LinkDraft } from "./client.ts";
export type { CallOptions } from "./http.ts";
export type { MonitoringDraft } from "./monitoring.ts";
export type { PlanDraft, VerdictOptions } from "./plans.ts";
export type { StudioEvent, StudioFilter } from "./events.ts";
export type { TriggerDraft } from "./triggers.ts";
