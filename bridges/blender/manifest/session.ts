/** Taking back, and running code. */
import { command } from "@patchbay/contracts";
import { z } from "zod";

const steps = z.number().int().min(1).max(100).default(1);
const Steps = z.object({ steps: z.number().int().describe("how many steps were taken") });

const undo = command({
  summary: "Takes back the last change, one step a command.",
  args: z.strictObject({ steps }),
  result: Steps,
  undo: { command: "redo", args: { steps: { $ref: "result.steps" } } },
  phrases: [
    "undo [it|that|this|the last change|the last step]",
    "undo [the] [last] {steps} (steps|changes|times)",
    "take (it|that) back",
    "(go|step) back {steps} (steps|changes)",
  ],
});

const redo = command({
  summary: "Does again what was taken back.",
  args: z.strictObject({ steps }),
  result: Steps,
  undo: { command: "undo", args: { steps: { $ref: "result.steps" } } },
  phrases: ["redo [it|that|this|the last change|the last step]", "redo [the] [last] {steps} (steps|changes|times)"],
});

const execute_python = command({
  summary: "Runs Python code inside Blender; refused unless the bridge was started with --allow-code.",
  args: z.strictObject({
    code: z.string().min(1).max(1_000_000).meta({
      slot: "text",
      description: "`bpy` is imported; what `result` holds at the end is answered",
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

export const sessionCommands = { undo, redo, execute_python };
