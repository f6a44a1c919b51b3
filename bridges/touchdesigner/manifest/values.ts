/** The values that many TouchDesigner commands share: operators, parameters, what an operator looks like. */
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
