/** Objects of the scene: joints, controllers, meshes. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { Frame, NewName, ObjectName, objectReads, ObjectSummary, placement, PREVIOUS, Previous } from "./values.ts";

const page = {
  offset: z.number().int().min(0).max(1_000_000).default(0),
  limit: z.number().int().min(1).max(1000).default(200),
};
const Page = z.object({ total: z.number().int(), objects: z.array(ObjectSummary) });

const list_objects = query({
  summary: "Lists the objects of the scene, all or those of one type.",
  args: z.strictObject({
    type: z.string().min(1).max(100).optional().describe("what Cascadeur calls it: Point, Box, Joint, Mesh"),
    ...page,
  }),
  result: Page,
  phrases: ["list [all] [the] objects"],
});

const find_objects = query({
  summary: "Finds objects by a part of their name, or by what people call them.",
  args: z.strictObject({
    query: z.string().min(1).max(200).meta({ slot: "text", description: "'left hand', 'finger'" }),
    ...page,
  }),
  result: Page,
  phrases: ["(find|search [for]) [the] (objects|object|controllers|controller) [called|named|like] {query}"],
});

const get_object = query({
  summary: "Says where an object is at a frame, its parent, its track and that track's keys.",
  args: z.strictObject({ object: ObjectName, frame: Frame.optional().describe("else the current frame") }),
  result: ObjectSummary.extend({
    frame: z.number().int(),
    track: z.string().nullable(),
    keys: z.array(z.number().int()),
    selected: z.boolean(),
    ...placement,
  }),
  phrases: ["where is {object} [at frame {frame}]", "describe {object}"],
});

const rename_object = command({
  summary: "Gives an object another name.",
  args: z.strictObject({ object: ObjectName, name: NewName }),
  result: ObjectSummary.extend({ previous: z.string() }),
  inverse: { command: "rename_object", args: { object: { $ref: "result.id" }, name: { $ref: "result.previous" } } },
  verify: objectReads({ "/name": { $ref: "result.name" } }),
  phrases: ["rename {object} [to|as] {name}"],
});

const select_objects = command({
  summary: "Selects objects, instead of what is selected, in addition, or takes them out of the selection.",
  args: z.strictObject({
    objects: z.array(ObjectName).max(1000).describe("none clears the selection"),
    mode: z.enum(["replace", "add", "remove"]).default("replace"),
  }),
  result: z.object({ selected: z.array(z.string()), previous: z.array(z.string()).describe("ids") }),
  idempotent: true,
  undo: { command: "select_objects", args: { objects: { $ref: "result.previous" } } },
  phrases: [
    "select {objects}",
    { say: "(also|additionally) select {objects}", args: { mode: "add" } },
    { say: "(deselect|unselect) {objects}", args: { mode: "remove" } },
    { say: "(deselect|unselect) (all|everything)", args: { objects: [] } },
  ],
});

const parent_object = command({
  summary: "Puts an object below another one in the hierarchy, or below none.",
  args: z.strictObject({ object: ObjectName, parent: ObjectName.nullish().describe("null for none") }),
  result: ObjectSummary.extend({ previous: Previous }),
  idempotent: true,
  inverse: { command: "parent_object", args: PREVIOUS },
  verify: objectReads({ "/parent": { $ref: "result.parent" } }),
  phrases: ["parent {object} to {parent}", "(make|set) {parent} the parent of {object}"],
});

const delete_objects = command({
  summary: "Deletes objects.",
  args: z.strictObject({ objects: z.array(ObjectName).min(1).max(1000) }),
  result: z.object({ deleted: z.array(z.string()) }),
  effect: "destructive",
  phrases: ["(delete|remove) {objects}"],
});

export const objectCommands = {
  list_objects,
  find_objects,
  get_object,
  rename_object,
  select_objects,
  parent_object,
  delete_objects,
};
