/** Cascadeur's actions by name, its undo history, and running code. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { Dispatched } from "./values.ts";

const steps = z.number().int().min(1).max(100).default(1);
const Steps = z.object({ steps: z.number().int().describe("how many steps showed an effect") });

const list_actions = query({
  summary: "Lists actions that Cascadeur documents; others can be called as well.",
  args: z.strictObject({ query: z.string().min(1).max(100).optional() }),
  result: z.object({ actions: z.array(z.object({ name: z.string(), category: z.string() })) }),
  phrases: ["list [the] actions"],
});

const call_action = command({
  summary: "Calls one of Cascadeur's actions by its name, as from its menu; Cascadeur does not say what came of it.",
  args: z.strictObject({ action: z.string().min(1).max(200).describe("`Timeline.Play`; not one that opens a dialog") }),
  result: Dispatched,
  undo: "none",
  timeoutMs: 60_000,
  phrases: [
    "call [the] action {action}",
    { say: "(play|stop) [the] animation", args: { action: "Timeline.Play" } },
    { say: "(go to|next) [the] [next] key frame", args: { action: "Timeline.Next key frame" } },
  ],
});

const undo = command({
  summary: "Takes back the last change.",
  args: z.strictObject({ steps }),
  result: Steps,
  undo: { command: "redo", args: { steps: { $ref: "result.steps" } } },
  phrases: ["undo [it|that|this|the last change|the last step]", "undo [the] [last] {steps} (steps|changes|times)"],
});

const redo = command({
  summary: "Does again what was taken back.",
  args: z.strictObject({ steps }),
  result: Steps,
  undo: { command: "undo", args: { steps: { $ref: "result.steps" } } },
  phrases: ["redo [it|that|this|the last change|the last step]", "redo [the] [last] {steps} (steps|changes|times)"],
});

const execute_python = command({
  summary: "Runs Python inside Cascadeur; off unless both the bridge's --allow-code and Cascadeur's allow_code are on.",
  args: z.strictObject({
    code: z.string().min(1).max(1_000_000).meta({
      slot: "text",
      description: "`csc` and `app` are there; what `result` holds at the end is answered",
    }),
  }),
  result: z.object({
    result: z.unknown().describe("the variable `result` as JSON, or null"),
    output: z.string().describe("what the code printed"),
  }),
  effect: "open",
  undo: "none",
  timeoutMs: 60_000,
  phrases: ["(run|execute) [the] python [code] {code}"],
});

export const sessionCommands = { list_actions, call_action, undo, redo, execute_python };
