/** Operators: make, remove, name, copy, place, flag, wire. */
import { command } from "@patchbay/contracts";
import { z } from "zod";
import {
  Family,
  Flags,
  MadeNode,
  NetworkRef,
  NewName,
  NodeRef,
  NodeSummary,
  Parameters,
  Position,
  PREVIOUS,
  Previous,
  readsBack,
  unmade,
} from "./values.ts";

const MAKE = "(create|add|make|insert|build) [a|an|the|another|one] [new]";
const CALLED = "[(named|called) {name}]";

const create_node = command({
  summary:
    "Makes an operator: a type such as noiseTOP, or noise with the family TOP; with parameters, and wired where one is named.",
  args: z.strictObject({
    type: z.string().min(1).max(100).describe(
      "noiseTOP; or noise, with the family. list_operator_types knows them all",
    ),
    family: Family.optional(),
    name: NewName.optional(),
    parent: NetworkRef.optional(),
    position: Position.optional(),
    parameters: Parameters.default({}),
    input: NodeRef.optional().describe("the operator that is wired into its first input"),
  }),
  result: MadeNode,
  ...unmade,
  phrases: [
    `${MAKE} {type} {family} ${CALLED}`,
    `${MAKE} {type} {family} ${CALLED} (after|fed by|behind|on) {input}`,
    `${MAKE} {family} {type} ${CALLED}`,
    `${MAKE} (node|operator|op) of type {type} ${CALLED}`,
    `${MAKE} {type} (node|operator|op) ${CALLED}`,
  ],
});

const delete_node = command({
  summary: "Deletes an operator with its wires, and all that is inside it.",
  args: z.strictObject({ node: NodeRef }),
  result: z.object({ name: z.string(), path: z.string(), type: z.string() }),
  effect: "destructive",
  phrases: ["(delete|remove|destroy) [the] [node|operator|op] {node}"],
});

const rename_node = command({
  summary: "Gives an operator another name.",
  args: z.strictObject({ node: NodeRef, name: NewName }),
  result: NodeSummary.extend({ previous: z.string() }),
  inverse: { command: "rename_node", args: { node: { $ref: "result.path" }, name: { $ref: "result.previous" } } },
  verify: readsBack({ "/name": { $ref: "args.name" } }),
  phrases: ["rename [the] [node|operator] {node} [to|as] {name}", "call {node} {name}"],
});

const copy_node = command({
  summary: "Copies an operator, with its parameters and all that is inside it; wires are not copied.",
  args: z.strictObject({
    node: NodeRef,
    name: NewName.optional(),
    parent: NetworkRef.optional().describe("else the network that it is in"),
    position: Position.optional(),
  }),
  result: MadeNode,
  ...unmade,
  phrases: ["(copy|duplicate|clone) [the] [node|operator] {node} [(as|to) {name}]"],
});

const move_node = command({
  summary: "Puts an operator to another place in its network.",
  args: z.strictObject({ node: NodeRef, position: Position }),
  result: NodeSummary.extend({ previous: Previous }),
  idempotent: true,
  inverse: { command: "move_node", args: PREVIOUS },
  verify: readsBack({ "/position": { $ref: "result.position" } }),
  phrases: ["(move|place|put) [the] [node|operator] {node} (to|at) {position}"],
});

const set_flags = command({
  summary: "Sets flags of an operator: bypass, display, render, viewer, lock, cooking.",
  args: z.strictObject({ node: NodeRef, ...Flags.shape }),
  result: NodeSummary.extend({ previous: Previous }),
  idempotent: true,
  inverse: { command: "set_flags", args: PREVIOUS },
  verify: readsBack(
    Object.fromEntries(Object.keys(Flags.shape).map((flag) => [`/flags/${flag}`, { $ref: `args.${flag}` }])),
  ),
  phrases: [
    { say: "bypass {node}", args: { bypass: true } },
    { say: "(unbypass|stop bypassing) {node}", args: { bypass: false } },
    { say: "lock {node}", args: { lock: true } },
    { say: "unlock {node}", args: { lock: false } },
    { say: "(turn on|open) the viewer of {node}", args: { viewer: true } },
    { say: "(turn off|close) the viewer of {node}", args: { viewer: false } },
  ],
});

const input = z.number().int().min(0).max(9_998);
const output = z.number().int().min(0).max(100).default(0);

const connect_nodes = command({
  summary: "Wires an operator into an input of another one in the same network; what was wired there is replaced.",
  args: z.strictObject({
    from: NodeRef,
    to: NodeRef,
    output: output.describe("which output of the first, from 0"),
    input: input.optional().describe("which input of the other, from 0; else the first free one"),
  }),
  result: NodeSummary.extend({
    input: z.number().int().describe("the input that it was wired to"),
    replaced: z.string().nullable().describe("what was wired there before"),
    previous: Previous,
  }),
  inverse: { command: "apply_network", args: PREVIOUS },
  verify: readsBack({ "/inputs": { $ref: "result.inputs" } }),
  phrases: [
    "(connect|wire|plug|patch|feed) {from} (to|into|with) {to}",
    "(connect|wire|plug|patch|feed) {from} (to|into|with) input {input} of {to}",
    "(connect|wire|plug|patch|feed) {from} (to|into|with) {to} (at|on) input {input}",
  ],
});

const disconnect_nodes = command({
  summary: "Takes wires out of an operator's inputs: all, one input's, or those from one operator.",
  args: z.strictObject({
    node: NodeRef,
    input: input.optional().describe("only this input, from 0"),
    from: NodeRef.optional().describe("only wires from this operator"),
  }),
  result: NodeSummary.extend({
    removed: z.array(z.string()).describe("the operators that were wired in"),
    previous: Previous,
  }),
  inverse: { command: "apply_network", args: PREVIOUS },
  verify: readsBack({ "/inputs": { $ref: "result.inputs" } }),
  phrases: [
    "(disconnect|unplug|unwire) {node}",
    "(disconnect|unplug|unwire) {from} from {node}",
    "(disconnect|unplug|unwire) input {input} of {node}",
  ],
});

export const nodeCommands = {
  create_node,
  delete_node,
  rename_node,
  copy_node,
  move_node,
  set_flags,
  connect_nodes,
  disconnect_nodes,
};
