/** Looking at the project: its operators, their parameters, errors and values. */
import { AssetRef, query } from "@patchbay/contracts";
import { z } from "zod";
import { ProjectInfo } from "./state.ts";
import { TimelineSettings } from "./timeline.ts";
import { Family, NetworkRef, NodeBrief, nodeOf, NodeRef, NodeSummary, ParameterDetails } from "./values.ts";

const offset = z.number().int().min(0).max(1_000_000).default(0);
const next = z.number().int().nullable().describe("the offset of the next page; null for the last one");

const get_info = query({
  summary: "The TouchDesigner and the project: versions, timeline, how many operators.",
  args: z.strictObject({}),
  result: z.object({
    version: z.string(),
    os: z.string(),
    python: z.string(),
    project: ProjectInfo,
    home: z.string(),
    component: z.string().describe("Patchbay's own component"),
    timeline: TimelineSettings,
    operators: z.number().int(),
    allow_code: z.boolean(),
  }),
  phrases: [
    "(which|what) touchdesigner is (it|this)",
    "(get|show) [me] [the] (touchdesigner|project) (info|information|version)",
    "(describe|show me) the project",
  ],
});

const list_nodes = query({
  summary: "The operators of a network, by name, family or type, a page at a time.",
  args: z.strictObject({
    parent: NetworkRef.optional(),
    pattern: z.string().min(1).max(200).default("*").describe("of the name: noise*, in any case"),
    family: Family.optional(),
    type: z.string().min(1).max(100).optional().describe("noiseTOP"),
    depth: z.number().int().min(0).max(100).default(1).describe("how many networks deep; 0 is all the way down"),
    offset,
    limit: z.number().int().min(1).max(1_000).default(100),
  }),
  result: z.object({ parent: z.string(), nodes: z.array(NodeBrief), total: z.number().int(), next }),
  phrases: [
    "(list|show) [me] [all|the|all the] (nodes|operators|ops|network)",
    "(list|show) [me] [all|the|all the] {family} [nodes|operators]",
    "(what|which) (nodes|operators|ops) (are there|exist|do I have|are in the network)",
    "(what's|whats|what is) in the (network|project)",
    "(what|which) {family} [nodes|operators] (are there|exist)",
  ],
});

const get_node = query({
  summary:
    "Everything about one operator: wires, flags, errors, content, and its parameters that are not at their default.",
  args: z.strictObject({
    node: NodeRef,
    parameters: z.array(z.string().min(1).max(100)).max(500).optional().describe("only these, by name or label"),
    all_parameters: z.boolean().default(false).describe("also those at their default"),
  }),
  result: NodeSummary.extend({
    outputs: z.array(z.string()).describe("what it feeds"),
    warnings: z.array(z.string()),
    comment: z.string(),
    tags: z.array(z.string()),
    children: z.number().int(),
    parameters: z.array(ParameterDetails),
    content: z.object({
      width: z.number().int().optional().describe("TOPs, in pixels"),
      height: z.number().int().optional(),
      channels: z.record(z.string(), z.number()).optional().describe("CHOPs: the first 64, as they are now"),
      count: z.number().int().optional().describe("CHOPs: how many channels"),
      samples: z.number().int().optional(),
      rate: z.number().optional().describe("samples a second"),
      points: z.number().int().nullish().describe("SOPs"),
      primitives: z.number().int().nullish(),
      rows: z.number().int().optional().describe("DATs"),
      columns: z.number().int().optional(),
      text: z.string().optional().describe("DATs: how it begins"),
    }),
  }),
  phrases: [
    "describe {node}",
    "(get|show) [me] [the] (details|parameters|settings) of {node}",
    "what is {node}",
    "inspect {node}",
  ],
});

const list_errors = query({
  summary: "The errors that operators show, everywhere or below one network.",
  args: z.strictObject({
    parent: NetworkRef.optional().describe("else the whole project"),
    warnings: z.boolean().default(false).describe("whether warnings are listed too"),
    limit: z.number().int().min(1).max(1_000).default(100),
  }),
  result: z.object({
    errors: z.array(z.object({ path: z.string(), severity: z.enum(["error", "warning"]), message: z.string() })),
    total: z.number().int(),
    checked: z.number().int().describe("operators that were looked at"),
  }),
  timeoutMs: 60_000,
  phrases: [
    "(list|show) [me] [all|the|all the] errors",
    "(are there|is there) [any] (errors|problems|error)",
    "(what's|whats|what is) (wrong|broken)",
    "which (nodes|operators) (are broken|have errors)",
  ],
});

const get_channels = query({
  summary: "The values of a CHOP's channels now, or all their samples.",
  args: z.strictObject({
    node: nodeOf("CHOP"),
    channels: z.string().min(1).max(500).default("*").describe("patterns, separated by spaces"),
    samples: z.boolean().default(false).describe("all samples, at most 10,000 together"),
  }),
  result: z.object({
    name: z.string(),
    path: z.string(),
    channels: z.array(z.object({ name: z.string(), value: z.number(), samples: z.array(z.number()).optional() })),
    samples: z.number().int(),
    rate: z.number().describe("samples a second"),
  }),
  phrases: [
    "(get|show|read) [me] [the] (channels|values|value) (of|from) {node}",
    "what [is|are] [the] (value|values|channels) of {node}",
  ],
});

const get_text = query({
  summary: "What a DAT holds: its text, or its table.",
  args: z.strictObject({ node: nodeOf("DAT") }),
  result: z.object({
    name: z.string(),
    path: z.string(),
    table: z.boolean(),
    text: z.string().describe("empty for a table"),
    rows: z.array(z.array(z.string())).describe("empty for a text"),
    truncated: z.boolean().describe("whether the table has more rows"),
  }),
  phrases: ["(get|show|read) [me] [the] (text|content|table) (of|from|in) {node}"],
});

const get_top_image = query({
  summary: "What a TOP shows, as a picture; large ones are scaled down.",
  args: z.strictObject({
    node: nodeOf("TOP"),
    max_size: z.number().int().min(1).max(4_096).default(1_024).describe("pixels along the longer edge, at most 4096"),
    format: z.enum(["png", "jpeg"]).default("png"),
  }),
  result: z.object({
    name: z.string(),
    path: z.string(),
    image: AssetRef,
    width: z.number().int().describe("pixels"),
    height: z.number().int().describe("pixels"),
    source: z.array(z.number().int()).length(2).describe("width and height of the TOP itself"),
    errors: z.array(z.string()),
  }),
  timeoutMs: 60_000,
  phrases: [
    "show [me] {node}",
    "(get|take|grab|make) [a|an|the] (image|picture|screenshot|snapshot|preview) (of|from) {node}",
    "(capture|screenshot|preview) {node}",
    "what does {node} (look like|show)",
  ],
});

export const readingCommands = { get_info, list_nodes, get_node, list_errors, get_channels, get_text, get_top_image };
