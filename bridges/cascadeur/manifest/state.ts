/** What Cascadeur looks like now, as the bridge reports it. Big scenes are shortened: the totals say how much there is. */
import { z } from "zod";
import { ObjectName, Timeline } from "./values.ts";

const ObjectState = z.object({
  name: ObjectName,
  type: z.string(),
  kind: z.string().describe("the words that people use for it, and its type"),
  track: z.string().nullable().describe("the track that it is on; null for none, or for one that is not in the list"),
});

const TrackState = z.object({
  keys: z.array(z.number().int()).describe("the first 50"),
  keys_total: z.number().int(),
  objects: z.number().int().describe("how many objects it has"),
  visible: z.boolean(),
  locked: z.boolean(),
});

export const CascadeurState = z.object({
  scenes: z.array(z.object({ name: z.string(), active: z.boolean() })),
  active_scene: z.string().nullable(),
  timeline: Timeline,
  /** By name, controllers first, at most 400. */
  objects: z.record(z.string(), ObjectState),
  objects_total: z.number().int(),
  /** By name, at most 100. */
  tracks: z.record(z.string(), TrackState),
  tracks_total: z.number().int(),
  selected: z.array(z.string()).describe("names, at most 200"),
  rig_mode: z.boolean().describe("whether rig mode was switched on through Patchbay"),
});
export type CascadeurState = z.infer<typeof CascadeurState>;
