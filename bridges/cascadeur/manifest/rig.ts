/** The rig: joints, the controllers that move them, and Cascadeur's own tools for both. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { Dispatched, Frame, ObjectSummary } from "./values.ts";

const limit = z.number().int().min(1).max(1000).default(500);
const at = { frame: Frame.optional().describe("else the current frame"), limit };
const position = z.tuple([z.number(), z.number(), z.number()]);

const get_rig = query({
  summary: "Says what rigs, joints and controllers there are, and which templates quick rigging knows.",
  args: z.strictObject({}),
  result: z.object({
    joints: z.number().int(),
    controllers: z.number().int(),
    rigs: z.number().int(),
    rig_mode: z.boolean(),
    templates: z.array(z.string()),
  }),
  phrases: ["(describe|show|get) [the] rig"],
});

const list_joints = query({
  summary: "Lists the skeleton's joints, with their parents and where the rig has put them.",
  args: z.strictObject(at),
  result: z.object({
    frame: z.number().int(),
    joints: z.array(ObjectSummary.extend({ position })),
    total: z.number().int(),
  }),
  phrases: ["list [all] [the] joints"],
});

const list_controllers = query({
  summary: "Lists the controllers that an animator moves, with their tracks and positions.",
  args: z.strictObject({ type: z.enum(["Point", "Box"]).optional(), ...at }),
  result: z.object({
    frame: z.number().int(),
    controllers: z.array(ObjectSummary.extend({ track: z.string().nullable(), position })),
    total: z.number().int(),
  }),
  phrases: ["list [all] [the] controllers"],
});

const set_rig_mode = command({
  summary: "Enters or leaves rig mode.",
  args: z.strictObject({
    on: z.boolean(),
    keep_changes: z.boolean().default(true).describe("on leaving: whether what was changed is built into the rig"),
  }),
  result: z.object({ rig_mode: z.boolean(), previous: z.boolean() }),
  idempotent: true,
  verify: { command: "get_rig", expect: { "/rig_mode": { $ref: "args.on" } } },
  undo: { command: "set_rig_mode", args: { on: { $ref: "result.previous" } } },
  timeoutMs: 60_000,
  phrases: [
    { say: "(enter|start|switch on|turn on) rig mode", args: { on: true } },
    { say: "(leave|exit|stop|switch off|turn off) rig mode", args: { on: false } },
  ],
});

const generate_rig = command({
  summary: "Builds a rig on the skeleton from one of Cascadeur's quick rigging templates. Rig mode has to be on.",
  args: z.strictObject({
    template: z.string().min(1).max(200).describe("one of `get_rig`'s templates"),
    autoposing: z.boolean().default(true).describe("whether auto-posing is made for it"),
  }),
  result: z.object({ template: z.string(), created: z.number().int().describe("objects") }),
  undo: "none",
  timeoutMs: 2 * 60_000,
  phrases: ["(generate|build|create) [a|the] rig (from|with|by) [the] [template] {template}"],
});

const auto_pose = command({
  summary: "Calls one of auto-posing's actions on what is selected; Cascadeur does not say what came of it.",
  args: z.strictObject({
    step: z.enum(["toggle", "update", "unlock", "switch_lock"]).default("update").describe(
      "toggle: the mode on or off; update: pose again what is not locked; switch_lock: lock or unlock the selection",
    ),
  }),
  result: Dispatched,
  undo: "none",
  timeoutMs: 60_000,
  phrases: [
    { say: "(update|run|apply) [the] (auto posing|autoposing|auto-posing)", args: { step: "update" } },
    { say: "toggle [the] (auto posing|autoposing|auto-posing)", args: { step: "toggle" } },
  ],
});

export const rigCommands = { get_rig, list_joints, list_controllers, set_rig_mode, generate_rig, auto_pose };
