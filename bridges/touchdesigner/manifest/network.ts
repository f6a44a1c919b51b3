/** A whole network at once. */
import { AssetRef, command } from "@patchbay/contracts";
import { z } from "zod";
import { Family, Flags, NetworkRef, NodeBrief, Parameters, Position, PREVIOUS, Previous } from "./values.ts";

const name = z.string().regex(/^[A-Za-z0-9_]{1,100}$/, "letters, digits and _ only");
const source = z.union([
  z.string().min(1).max(500),
  z.strictObject({ node: z.string().min(1).max(500), output: z.number().int().min(0).max(100).default(0) }),
]);

const NetworkNode = z.strictObject({
  name,
  type: z.string().min(1).max(100).optional().describe(
    "made as this if there is none of that name; else it must exist",
  ),
  family: Family.optional(),
  parameters: Parameters.optional(),
  position: Position.optional().describe("else new ones are laid out by what feeds what"),
  inputs: z.array(z.union([source, z.literal(false)]).nullable()).max(200).optional().describe(
    "what each input is wired to; null leaves one as it is, false cuts its wire",
  ),
  ...Flags.shape,
});

const Wire = z.strictObject({
  from: z.string().min(1).max(500),
  to: z.string().min(1).max(500),
  output: z.number().int().min(0).max(100).default(0),
  input: z.number().int().min(0).max(9_998).default(0),
});

/** What `apply_network` takes, and what the file holds that it may take instead. */
export const NetworkPlan = z.strictObject({
  nodes: z.array(NetworkNode).max(5_000).default([]),
  connections: z.array(Wire).max(20_000).default([]),
  remove: z.array(name).max(5_000).default([]).describe("operators that shall be gone; absent ones are no error"),
});

const apply_network = command({
  summary:
    "Brings a network into the given state in one undo step: makes what is missing, changes what is there, wires it; all or nothing.",
  args: z.strictObject({
    parent: NetworkRef.optional(),
    ...NetworkPlan.shape,
    file: AssetRef.optional().describe("a JSON asset with nodes, connections and remove, for what is too large here"),
  }),
  result: z.object({
    parent: z.string(),
    created: z.array(z.string()),
    updated: z.array(z.string()),
    removed: z.array(z.string()),
    nodes: z.array(NodeBrief).describe("those that were made or changed, as they are now; the first 500"),
    more: z.number().int(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })),
    previous: Previous,
  }),
  inverse: { command: "apply_network", args: PREVIOUS },
  idempotent: true,
  timeoutMs: 120_000,
});

export const networkCommands = { apply_network };
