/** Files: the document itself, and what goes in and out of it. Content travels as assets; paths never cross machines. */
import { AssetRef, command } from "@patchbay/contracts";
import { z } from "zod";
import { DataName, ObjectName } from "./values.ts";

/** Formats for other programs; what a build of Blender has is in the bridge's capabilities. */
export const ExchangeFormat = z.enum(["gltf", "glb", "fbx", "obj", "usd", "stl"]);
export type ExchangeFormat = z.infer<typeof ExchangeFormat>;

/** The name of a file without folder. */
const FileName = z.string().min(1).max(100).regex(
  /^(?!\.)(?!.*[/\\:*?"<>|])[ -~\u00a0-\uffff]+$/,
  "a file name without folder",
).meta({
  slot: "name",
});

/** The document that is open, as commands answer it. */
export const FileInfo = z.object({
  name: z.string().nullable().describe("the file's name without folder; null when it was never saved"),
  dirty: z.boolean().describe("whether it has changes that are not saved"),
});

const import_file = command({
  summary: "Brings the content of a glTF, FBX, OBJ, USD or STL file into the scene.",
  args: z.strictObject({
    file: AssetRef,
    format: ExchangeFormat.optional().describe("else by the file's name"),
    collection: DataName.optional().describe("where the objects go, made if there is none; else the active one"),
  }),
  result: z.object({ objects: z.array(ObjectName).describe("what is new in the scene") }),
  timeoutMs: 5 * 60_000,
  inverse: { command: "apply_scene", args: { remove: { $ref: "result.objects" } } },
  phrases: [
    "import {file} [into [the] [collection] {collection}]",
    "(load|bring) {file} (into the scene|in)",
  ],
});

const export_file = command({
  summary: "Writes the scene, or some of its objects, to a file for other programs.",
  args: z.strictObject({
    format: ExchangeFormat.default("glb").describe("gltf is one text file with everything inside, glb the binary form"),
    object: ObjectName.optional().describe("only this object and its children"),
    objects: z.array(ObjectName).max(10_000).optional().describe("only these objects"),
    name: FileName.default("scene").describe("what the file is called, without its ending"),
  }),
  result: z.object({
    file: AssetRef,
    format: ExchangeFormat,
    also: z.array(AssetRef).describe("files that belong to it, such as an OBJ's materials"),
  }),
  undo: "none",
  timeoutMs: 5 * 60_000,
  phrases: [
    "export [it|the scene|everything|all] (as|to) [a|an] {format} [file] [(named|called) {name}]",
    "export {object} (as|to) [a|an] {format} [file] [(named|called) {name}]",
    "(save|write) [it|the scene|everything] (as|to) [a|an] {format} file [(named|called) {name}]",
    "export [it|the scene|everything]",
  ],
});

const open_file = command({
  summary: "Opens a .blend file in place of the scene: an asset, or one that `save_file` put on this workstation.",
  args: z.strictObject({
    file: AssetRef.optional(),
    name: FileName.optional().describe("the name under which it was saved on this workstation"),
    discard: z.boolean().default(false).describe("whether changes that are not saved may be lost"),
  }).refine(({ file, name }) => (file === undefined) !== (name === undefined), "needs either `file` or `name`"),
  result: FileInfo,
  effect: "destructive",
  undo: "none",
  timeoutMs: 2 * 60_000,
  phrases: [
    // whoever opens "the window" means no file
    "open {name}",
    "(open|load) [the] file {name}",
    "(open|load) {file}",
    { say: "(open|load) [the] file {name} and discard [the|my|all] changes", args: { discard: true } },
  ],
});

const save_file = command({
  summary: "Saves the scene as a .blend file on the workstation, and answers with it as an asset.",
  args: z.strictObject({
    name: FileName.optional().describe(
      "a new name, in the bridge's folder; else where the file already is, or under a name that nothing has there",
    ),
    copy: z.boolean().default(false).describe("whether the open file keeps its old name"),
  }),
  result: FileInfo.extend({ file: AssetRef }),
  undo: "none",
  idempotent: true,
  timeoutMs: 2 * 60_000,
  phrases: [
    "save [it|the file|the scene|everything|the project] (as|under) {name}",
    "save [it|the file|the scene|everything|the project|my work]",
    { say: "save a copy (as|under) {name}", args: { copy: true } },
  ],
});

const new_file = command({
  summary: "Starts a new file in place of the scene.",
  args: z.strictObject({
    template: z.enum(["empty", "default"]).default("empty").describe("default has Blender's cube, light and camera"),
    discard: z.boolean().default(false).describe("whether changes that are not saved may be lost"),
  }),
  result: FileInfo,
  effect: "destructive",
  undo: "none",
  timeoutMs: 60_000,
  phrases: [
    "(start|open|make|create) [a] (new|fresh|blank|empty) (file|scene|project)",
    "new (file|scene|project)",
    "(start (over|again|from scratch)|begin again|reset the scene)",
    {
      say: "(start (over|again|from scratch)|begin again|reset the scene) and discard [the|my|all] changes",
      args: { discard: true },
    },
  ],
});

export const fileCommands = { import_file, export_file, open_file, save_file, new_file };
