/** What Blender looks like now, as the bridge reports it and as `get_scene` answers it. */
import { z } from "zod";
import { Timeline } from "./animation.ts";
import { FileInfo } from "./files.ts";
import { RenderSettings } from "./render.ts";
import { ObjectName, ObjectSummary } from "./values.ts";

const Scene = z.object({
  name: z.string(),
  active: z.boolean(),
  objects: z.number().int().describe("how many objects it has"),
});

const CollectionState = z.object({
  parent: z.string().nullable().describe("null for a child of the scene's own collection"),
  objects: z.array(ObjectName),
});

export const SceneState = z.object({
  file: FileInfo,
  scenes: z.array(Scene),
  /** The objects of the active scene by name. */
  objects: z.record(z.string(), ObjectSummary),
  collections: z.record(z.string(), CollectionState),
  active_camera: ObjectName.nullable(),
  timeline: Timeline,
  render: RenderSettings,
});
export type SceneState = z.infer<typeof SceneState>;
