/** The values that many TouchDesigner commands share: operators, parameters, what an operator looks like. */
import { JsonObject, type Verification } from "@patchbay/contracts";
import { z } from "zod";

/** TouchDesigner calls operators by letters, digits and underscores; what comes from an artist's own may be anything. */
const Reference = z.string().min(1).max(500).regex(
  /^[ -~\u00a0-\uffff]+$/,
  "a path or name without control characters",
);

/** An operator that exists: its path, its path below the home network, or a name that there is once. */
export const NodeRef = Reference.meta({
  slot: "object",
  description: "an operator: /project1/noise1, noise1 in the home network, or a name that there is once",
});

/** An operator of a family. */
export const nodeOf = (family: string) =>
  Reference.meta({ slot: "object", kinds: [family.toLowerCase()], description: `a ${family}, by its name or path` });

export const NewName = z.string().regex(/^[A-Za-z0-9_]{1,100}$/, "letters, digits and _ only").meta({
  slot: "name",
  description: "a name for it; where it is taken, a digit is appended and the result has the name it got",
});

export const NetworkRef = Reference.describe("the component (COMP) that it is in; else the home network");

export const Family = z.enum(["TOP", "CHOP", "SOP", "DAT", "COMP", "MAT", "POP"]).meta({
  description: "the family of operators",
  says: {
    TOP: ["tops"],
    CHOP: ["chops"],
    SOP: ["sops"],
    DAT: ["dats"],
    COMP: ["comps"],
    MAT: ["mats"],
    POP: ["pops"],
  },
});

export const Position = z.tuple([z.number().min(-1e6).max(1e6), z.number().min(-1e6).max(1e6)])
  .describe("x and y in the network; x goes right, y up");

/** A constant, or an expression in TouchDesigner's Python that only reads and computes. */
export const ParameterValue = z.union([
  z.number().min(-1e12).max(1e12),
  z.boolean(),
  z.string().max(20_000),
  z.strictObject({
    expression: z.string().min(1).max(5_000).describe("such as absTime.seconds * 0.1, or op('lfo1')['chan1']"),
  }),
]);
export type ParameterValue = z.infer<typeof ParameterValue>;

export const Parameters = z.record(z.string().min(1).max(100), ParameterValue).describe(
  "by name (amp) or label (Amplitude); menus take an entry's name or label",
);

export const Flags = z.object({
  bypass: z.boolean().optional(),
  display: z.boolean().optional().describe("SOPs and COMPs"),
  render: z.boolean().optional().describe("SOPs and COMPs"),
  viewer: z.boolean().optional(),
  lock: z.boolean().optional(),
  cooking: z.boolean().optional().describe("COMPs"),
});

/** The arguments of the command that takes this one back; absent where no command can. */
export const Previous = JsonObject.optional().describe("what was before, as the command that brings it back takes it");
/** The arguments of an inverse command, where the result says all of them. */
export const PREVIOUS = { $ref: "result.previous" };

/** Reads an operator back. @param expect by pointers into `get_node`'s result */
export const readsBack = (expect: Verification["expect"]): Verification => ({
  command: "get_node",
  args: { node: { $ref: "result.path" } },
  expect,
});

const name = Reference.meta({ slot: "object" });

/** An operator in a list. */
export const NodeBrief = z.object({
  name,
  path: z.string(),
  type: z.string().describe("noiseTOP"),
  family: z.string(),
  kind: z.string().describe("the type for people: noise TOP"),
  inputs: z.array(z.string().nullable()).describe("what each input is wired to"),
  error: z.boolean(),
});

/** An operator as commands answer it: read back after the change. */
export const NodeSummary = z.object({
  name,
  path: z.string(),
  type: z.string().describe("noiseTOP"),
  family: z.string(),
  kind: z.string().describe("the type for people: noise TOP"),
  parent: z.string().nullable(),
  position: z.array(z.number()).length(2),
  inputs: z.array(z.string().nullable()).describe("what each input is wired to"),
  flags: Flags,
  errors: z.array(z.string()),
});

/** A parameter as it is after a change. */
export const ParameterReading = z.object({
  name: z.string(),
  value: z.unknown().describe("evaluated; null where its expression fails"),
  mode: z.enum(["constant", "expression", "export", "bind"]),
  expression: z.string().optional(),
  asked: z.unknown().optional().describe("what was asked for, where TouchDesigner made something else of it"),
});

/** A parameter as it can be found again later: without what an expression gives now. */
export const HeldParameter = z.object({
  name: z.string(),
  mode: z.enum(["constant", "expression", "export", "bind"]),
  value: z.unknown().optional(),
  expression: z.string().optional(),
});

/** An operator that a command has made, with all that somebody may make of it afterwards. */
export const MadeNode = NodeSummary.extend({
  settings: z.array(HeldParameter).describe("parameters that are not at their default"),
  outputs: z.array(z.string()).describe("what it feeds"),
  children: z.number().int(),
});

/** Of an operator that was made: gone again with nothing that somebody else has made of it. */
export const unmade = {
  inverse: { command: "delete_node", args: { node: { $ref: "result.path" } } },
  verify: readsBack({
    "/type": { $ref: "result.type" },
    "/position": { $ref: "result.position" },
    "/inputs": { $ref: "result.inputs" },
    "/flags": { $ref: "result.flags" },
    "/parameters": { $ref: "result.settings" },
    "/outputs": { $ref: "result.outputs" },
    "/children": { $ref: "result.children" },
  }),
};

/** A parameter with what may be put in. */
export const ParameterDetails = ParameterReading.extend({
  label: z.string(),
  page: z.string(),
  style: z.string().describe("Float, Menu, Toggle, File, …"),
  read_only: z.boolean(),
  default: z.unknown().optional(),
  menu: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
  range: z.array(z.number()).length(2).optional().describe("of its slider; more may be allowed"),
});

export const NodeErrors = z.array(z.string()).describe("the errors that the operator shows afterwards");
