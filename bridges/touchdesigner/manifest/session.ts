/** Taking back, methods of operators, and running code. */
import { command } from "@patchbay/contracts";
import { z } from "zod";
import { NodeErrors, NodeRef } from "./values.ts";

const steps = z.number().int().min(1).max(100).default(1);
const Steps = z.object({ steps: z.number().int().describe("how many steps were taken; fewer where the history ends") });

const undo = command({
  summary: "Takes back the last change in TouchDesigner's own history: one step a command.",
  args: z.strictObject({ steps }),
  result: Steps,
  undo: { command: "redo", args: { steps: { $ref: "result.steps" } } },
  phrases: [
    "undo [it|that|this|the last change|the last step]",
    "undo [the] [last] {steps} (steps|changes|times)",
    "take (it|that) back",
  ],
});

const redo = command({
  summary: "Does again what was taken back.",
  args: z.strictObject({ steps }),
  result: Steps,
  undo: { command: "undo", args: { steps: { $ref: "result.steps" } } },
  phrases: ["redo [it|that|this|the last change|the last step]", "redo [the] [last] {steps} (steps|changes|times)"],
});

const call_method = command({
  summary:
    "Calls a method of an operator that neither runs code nor writes files: cook, a timer's start, a table's appendRow, a TOP's sample.",
  args: z.strictObject({
    node: NodeRef,
    method: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, "a method's name"),
    args: z.array(z.json()).max(50).default([]),
    kwargs: z.record(z.string(), z.json()).default({}),
  }),
  result: z.object({
    name: z.string().meta({ slot: "object" }),
    path: z.string(),
    method: z.string(),
    value: z.unknown(),
    errors: NodeErrors,
  }),
  undo: "none",
  phrases: [{ say: "(cook|recook) {node}", args: { method: "cook", kwargs: { force: true } } }],
});

const execute_python = command({
  summary: "Runs Python inside TouchDesigner; refused unless the bridge was started with --allow-code.",
  args: z.strictObject({
    code: z.string().min(1).max(1_000_000).meta({
      slot: "text",
      description: "op, root, project, parent and all of td are there; what `result` holds at the end is answered",
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

export const sessionCommands = { undo, redo, call_method, execute_python };
