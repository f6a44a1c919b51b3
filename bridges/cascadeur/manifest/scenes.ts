/** Scenes: the tabs of Cascadeur's window, and their files. Files travel as assets. */
import { AssetRef, command, query } from "@patchbay/contracts";
import { z } from "zod";
import { CascadeurState } from "./state.ts";
import { FileName, SceneName } from "./values.ts";

const previous = z.string().nullable().describe("the scene that was shown before");
const Saved = z.object({ name: z.string(), file: AssetRef });

const list_scenes = query({
  summary: "Lists the open scenes.",
  args: z.strictObject({}),
  result: z.object({
    scenes: z.array(z.object({ name: z.string(), file: z.string().nullable(), active: z.boolean() })),
  }),
  phrases: ["list [the] [open] scenes", "which scenes are open"],
});

const get_scene = query({
  summary: "Describes the scene that is shown: objects, tracks, timeline, selection.",
  args: z.strictObject({}),
  result: CascadeurState,
  phrases: ["(describe|show|get) [the] scene", "what is in the scene"],
});

const new_scene = command({
  summary: "Opens a new, empty scene in a tab of its own.",
  args: z.strictObject({}),
  result: z.object({ name: z.string(), previous }),
  verify: { command: "get_scene", expect: { "/active_scene": { $ref: "result.name" } } },
  undo: { command: "close_scene", args: { scene: { $ref: "result.name" }, activate: { $ref: "result.previous" } } },
  phrases: ["(start|open|make|create) [a] (new|empty|blank) scene", "new scene"],
});

const open_scene = command({
  summary: "Opens a scene (.casc) in a tab: an asset, or one that was saved through Patchbay on this workstation.",
  args: z.strictObject({
    file: AssetRef.optional(),
    name: FileName.optional().describe("the name under which it was saved on this workstation"),
  }).refine(({ file, name }) => (file === undefined) !== (name === undefined), "needs either `file` or `name`"),
  result: z.object({ name: z.string(), previous, objects: z.number().int() }),
  undo: { command: "close_scene", args: { scene: { $ref: "result.name" }, activate: { $ref: "result.previous" } } },
  timeoutMs: 2 * 60_000,
  phrases: ["open {name}", "(open|load) [the] scene {name}", "(open|load) {file}"],
});

const save_scene = command({
  summary: "Saves the scene where it was saved before, and answers with the file as an asset.",
  args: z.strictObject({}),
  result: Saved,
  undo: "none",
  idempotent: true,
  timeoutMs: 2 * 60_000,
  phrases: ["save [it|the scene|everything|my work]"],
});

const save_scene_as = command({
  summary: "Saves the scene under a name in the bridge's folder, and answers with the file as an asset.",
  args: z.strictObject({
    name: FileName,
    replace: z.boolean().default(false).describe("whether another scene of this name may be overwritten"),
  }),
  result: Saved,
  undo: "none",
  idempotent: true,
  timeoutMs: 2 * 60_000,
  phrases: [
    "save [it|the scene|everything] (as|under) {name}",
    { say: "save [it|the scene|everything] over {name}", args: { replace: true } },
  ],
});

const select_scene = command({
  summary: "Brings an open scene to the front.",
  args: z.strictObject({ scene: SceneName }),
  result: z.object({ name: z.string(), previous }),
  idempotent: true,
  verify: { command: "get_scene", expect: { "/active_scene": { $ref: "result.name" } } },
  undo: { command: "select_scene", args: { scene: { $ref: "result.previous" } } },
  phrases: ["(switch|change|go) to [the] scene {scene}", "(show|select|activate) [the] scene {scene}"],
});

const close_scene = command({
  summary: "Closes a scene and what of it is not saved. The last one cannot be closed: Cascadeur would end.",
  args: z.strictObject({
    scene: SceneName.optional().describe("else the one that is shown"),
    activate: SceneName.nullish().describe("the scene to show then"),
  }),
  result: z.object({ closed: z.string(), active: z.string().nullable() }),
  effect: "destructive",
  undo: "none",
  phrases: ["close [the] scene [{scene}]"],
});

export const sceneCommands = {
  list_scenes,
  get_scene,
  new_scene,
  open_scene,
  save_scene,
  save_scene_as,
  select_scene,
  close_scene,
};
