/** Policies: what runs at once, what a person is asked for, and what never runs. */
import { z } from "zod";
import { Effect } from "./commands.ts";
import { AppName, CommandName } from "./names.ts";

/** `allow` runs, `ask` waits for an approval, `deny` is refused. */
export const PolicyDecision = z.enum(["allow", "ask", "deny"]);
export type PolicyDecision = z.infer<typeof PolicyDecision>;

/** Matches a step where everything that it names matches; what it leaves out matches all. */
export const PolicyRule = z.strictObject({
  /** For a person: `renders may run unasked`. */
  title: z.string().min(1).max(200).optional(),
  effect: z.array(Effect).min(1).optional(),
  app: AppName.optional(),
  command: CommandName.optional(),
  project: z.string().min(1).max(100).optional(),
  /** The id of an API key. */
  key: z.string().min(1).max(100).optional(),
  decision: PolicyDecision,
});
export type PolicyRule = z.infer<typeof PolicyRule>;

/** Rules in order: the first that matches decides. */
export const Policies = z.strictObject({
  rules: z.array(PolicyRule).max(500).default([]),
  /** What no rule decides. */
  defaults: z.record(Effect, PolicyDecision),
  /** How long an approval holds, in milliseconds. */
  approvalTtlMs: z.number().int().positive().max(7 * 24 * 60 * 60_000).default(60 * 60_000),
});
export type Policies = z.infer<typeof Policies>;

/** In a studio of one's own, on one's own machine, what can be undone runs at once. */
export const EMBEDDED_POLICIES: Policies = {
  rules: [],
  defaults: { read: "allow", write: "allow", destructive: "ask", open: "ask" },
  approvalTtlMs: 60 * 60_000,
};

/** Where many work together, whoever changes something asks. */
export const SERVER_POLICIES: Policies = {
  ...EMBEDDED_POLICIES,
  defaults: { read: "allow", write: "ask", destructive: "ask", open: "ask" },
};
