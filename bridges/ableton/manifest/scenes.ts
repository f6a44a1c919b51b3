/** Scenes. */
import { command, query, type Verification } from "@patchbay/contracts";
import { z } from "zod";
import { LiveColor, MAKE, NewName, SceneRef, SceneSummary } from "./values.ts";
import { Tempo } from "./transport.ts";

const one = { scene: SceneRef };
/** Reads a scene back. @param expect by pointers into `get_scene`'s result */
const sceneReads = (scene: string, expect: Verification["expect"]): Verification => ({
  command: "get_scene",
  args: { scene: { $ref: scene } },
  expect,
});
const onScene = <T extends z.ZodType>(value: T) =>
  z.object({ scene: z.number().int(), name: z.string(), value, previous: value });
const before = (command: string, argument: string) => ({
  command,
  args: { scene: { $ref: "result.scene" }, [argument]: { $ref: "result.previous" } },
});

const list_scenes = query({
  summary: "Lists the scenes.",
  args: z.strictObject({}),
  result: z.object({ scenes: z.array(SceneSummary) }),
  phrases: ["(list|show) [all] [the] scenes"],
});

const SceneTempo = z.object({ enabled: z.boolean(), bpm: z.number() });
const SceneSignature = z.object({ enabled: z.boolean(), numerator: z.number().int(), denominator: z.number().int() });

const get_scene = query({
  summary: "Tells everything about one scene.",
  args: z.strictObject(one),
  result: SceneSummary.extend({
    color: z.string(),
    tempo: SceneTempo,
    signature: SceneSignature,
    clips: z.number().int().describe("how many clips it has"),
  }),
  phrases: ["(show|describe) scene {scene}"],
});

const create_scene = command({
  summary: "Adds a scene.",
  args: z.strictObject({
    name: NewName.optional(),
    number: z.number().int().min(1).max(10_000).optional().describe("where it goes; else behind the last one"),
  }),
  result: SceneSummary,
  verify: sceneReads("result.number", { "/name": { $ref: "result.name" } }),
  undo: { command: "delete_scene", args: { scene: { $ref: "result.number" } } },
  phrases: [`${MAKE} [new] scene [(named|called) {name}]`],
});

const capture_scene = command({
  summary: "Makes a scene of the clips that play.",
  args: z.strictObject({}),
  result: SceneSummary,
  undo: { command: "delete_scene", args: { scene: { $ref: "result.number" } } },
  phrases: ["capture [and insert] [a] scene"],
});

const delete_scene = command({
  summary: "Deletes a scene with its clips.",
  args: z.strictObject(one),
  result: SceneSummary,
  effect: "destructive",
  undo: "app",
  phrases: ["(delete|remove) [the] scene {scene}"],
});

const duplicate_scene = command({
  summary: "Duplicates a scene with its clips; the copy follows it.",
  args: z.strictObject(one),
  result: SceneSummary,
  verify: sceneReads("result.number", { "/name": { $ref: "result.name" } }),
  undo: { command: "delete_scene", args: { scene: { $ref: "result.number" } } },
  phrases: ["(duplicate|copy|double) [the] scene {scene}"],
});

const rename_scene = command({
  summary: "Renames a scene.",
  args: z.strictObject({ ...one, name: z.string().max(200).meta({ slot: "name" }) }),
  result: onScene(z.string()),
  idempotent: true,
  verify: sceneReads("result.scene", { "/name": { $ref: "args.name" } }),
  undo: before("rename_scene", "name"),
  phrases: ["rename [the] scene {scene} to {name}", "(call|name) [the] scene {scene} {name}"],
});

const fire_scene = command({
  summary: "Fires a scene: its clips start together, and the song with them.",
  args: z.strictObject(one),
  result: SceneSummary,
  undo: { command: "stop_all_clips" },
  phrases: [
    "(fire|launch|trigger|play|start) [the] scene {scene}",
    "(fire|launch|trigger|play|start) [the] {scene} scene",
  ],
});

const set_scene_color = command({
  summary: "Colours a scene.",
  args: z.strictObject({ ...one, color: LiveColor }),
  result: onScene(z.string()),
  idempotent: true,
  verify: sceneReads("result.scene", { "/color": { $ref: "result.value" } }),
  undo: before("set_scene_color", "color"),
  phrases: ["(color|colour|paint|make) [the] scene {scene} {color}"],
});

const set_scene_tempo = command({
  summary: "Gives a scene a tempo of its own, or takes it away.",
  args: z.strictObject({ ...one, enabled: z.boolean().default(true), bpm: Tempo.optional() }),
  result: onScene(SceneTempo),
  idempotent: true,
  verify: sceneReads("result.scene", { "/tempo/enabled": { $ref: "args.enabled" } }),
  undo: {
    command: "set_scene_tempo",
    args: {
      scene: { $ref: "result.scene" },
      enabled: { $ref: "result.previous.enabled" },
      bpm: { $ref: "result.previous.bpm" },
    },
  },
  phrases: [{ say: "set [the] tempo of scene {scene} to {bpm} [bpm]", args: { enabled: true } }],
});

const set_scene_signature = command({
  summary: "Gives a scene a time signature of its own, or takes it away.",
  args: z.strictObject({
    ...one,
    enabled: z.boolean().default(true),
    numerator: z.number().int().min(1).max(99).optional(),
    denominator: z.union([1, 2, 4, 8, 16].map((value) => z.literal(value))).optional(),
  }),
  result: onScene(SceneSignature),
  idempotent: true,
  verify: sceneReads("result.scene", { "/signature/enabled": { $ref: "args.enabled" } }),
  undo: {
    command: "set_scene_signature",
    args: {
      scene: { $ref: "result.scene" },
      enabled: { $ref: "result.previous.enabled" },
      numerator: { $ref: "result.previous.numerator" },
      denominator: { $ref: "result.previous.denominator" },
    },
  },
  phrases: ["set [the] time signature of scene {scene} to {numerator} (/|over) {denominator}"],
});

export const sceneCommands = {
  list_scenes,
  get_scene,
  create_scene,
  capture_scene,
  delete_scene,
  duplicate_scene,
  rename_scene,
  fire_scene,
  set_scene_color,
  set_scene_tempo,
  set_scene_signature,
};
