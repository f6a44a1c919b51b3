/** Parameters: one, many, back to their defaults, pressed; and the content of DATs. */
import { command, type CommandDefinition } from "@patchbay/contracts";
import { z } from "zod";
import { HeldParameter, NodeErrors, nodeOf, NodeRef, ParameterReading, Parameters, readsBack } from "./values.ts";

const parameter = z.string().min(1).max(100).describe("by name (amp) or label (Amplitude)");
const name = z.string().meta({ slot: "object" });
const changed = z.object({
  name,
  path: z.string(),
  parameters: z.array(ParameterReading),
  names: z.array(z.string()),
  held: z.array(HeldParameter).describe("the same as it can be found again later"),
  restore: Parameters.optional().describe("what was there before; absent where it cannot be brought back"),
  errors: NodeErrors,
});
/** Written back as they were, and only what was written is compared: the rest of the operator may be another one by then. */
const restored: Pick<CommandDefinition, "inverse" | "verify"> = {
  inverse: {
    command: "update_parameters",
    args: { node: { $ref: "result.path" }, parameters: { $ref: "result.restore" } },
  },
  verify: {
    command: "get_node",
    args: { node: { $ref: "result.path" }, parameters: { $ref: "result.names" } },
    expect: { "/parameters": { $ref: "result.held" } },
  },
};

const set_parameter = command({
  summary: "Sets one parameter of an operator to a value or an expression.",
  args: z.strictObject({
    node: NodeRef,
    parameter,
    value: z.union([z.number().min(-1e12).max(1e12), z.boolean(), z.string().max(20_000)]).optional(),
    expression: z.string().min(1).max(5_000).optional().describe(
      "TouchDesigner's Python that only reads and computes: absTime.seconds * 0.1, op('lfo1')['chan1']",
    ),
  }).refine(({ value, expression }) => (value === undefined) !== (expression === undefined), {
    message: "either a value or an expression",
    path: ["value"],
  }),
  result: changed.extend({ previous: ParameterReading }),
  idempotent: true,
  ...restored,
  phrases: [
    "(set|change|turn|put) [the] {parameter} of {node} to {value}",
    "(set|change|turn|put) {node}['s] {parameter} to {value}",
    "(set|change) [the] {parameter} parameter of {node} to {value}",
    "make [the] {parameter} of {node} {value}",
  ],
});

const update_parameters = command({
  summary: "Sets several parameters of an operator, to values or expressions, in one undo step; all or nothing.",
  args: z.strictObject({ node: NodeRef, parameters: Parameters }),
  result: changed,
  idempotent: true,
  ...restored,
});

const reset_parameters = command({
  summary: "Puts parameters back to their defaults: the named ones, or all.",
  args: z.strictObject({ node: NodeRef, parameters: z.array(parameter).max(500).default([]).describe("none is all") }),
  result: changed,
  idempotent: true,
  ...restored,
  phrases: ["reset [the] (parameters|settings) of {node}", "reset {node} [to (its|the) defaults]"],
});

const pulse_parameter = command({
  summary: "Presses a button among an operator's parameters.",
  args: z.strictObject({ node: NodeRef, parameter }),
  result: z.object({ name, path: z.string(), parameter: z.string(), errors: NodeErrors }),
  undo: "none",
  phrases: [
    "(pulse|press|trigger|hit) [the] {parameter} (of|on) {node}",
    "(pulse|press|trigger|hit) {node}['s] {parameter}",
  ],
});

const Rows = z.array(z.array(z.union([z.string().max(100_000), z.number()])).max(1_000)).max(20_000);

const set_table = command({
  summary: "Writes the rows of a Table DAT; what was there is replaced, and answered.",
  args: z.strictObject({ node: nodeOf("DAT"), rows: Rows }),
  result: z.object({
    name,
    path: z.string(),
    rows: z.number().int(),
    columns: z.number().int(),
    previous: z.array(z.array(z.string())),
  }),
  idempotent: true,
  verify: readsBack({ "/content/rows": { $ref: "result.rows" }, "/content/columns": { $ref: "result.columns" } }),
  undo: { command: "set_table", args: { node: { $ref: "result.path" }, rows: { $ref: "result.previous" } } },
});

const set_text = command({
  summary:
    "Writes the text of a DAT, which may be a script that runs: refused unless the bridge was started with --allow-code.",
  args: z.strictObject({ node: nodeOf("DAT"), text: z.string().max(5_000_000).meta({ slot: "text" }) }),
  result: z.object({
    name,
    path: z.string(),
    characters: z.number().int(),
    previous: z.string(),
    errors: NodeErrors,
  }),
  effect: "open",
  idempotent: true,
  undo: { command: "set_text", args: { node: { $ref: "result.path" }, text: { $ref: "result.previous" } } },
  phrases: ["(write|set) the text of {node} to {text}"],
});

export const parameterCommands = {
  set_parameter,
  update_parameters,
  reset_parameters,
  pulse_parameter,
  set_table,
  set_text,
};
