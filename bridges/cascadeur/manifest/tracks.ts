/** Tracks: the rows of Cascadeur's timeline, which its Python calls layers. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { NewName, ObjectName, PREVIOUS, Previous, Track, TrackName, trackReads } from "./values.ts";

const list_tracks = query({
  summary: "Lists the tracks with their objects and keys.",
  args: z.strictObject({}),
  result: z.object({ tracks: z.array(Track) }),
  phrases: ["list [all] [the] tracks"],
});

const create_track = command({
  summary: "Makes a track, and moves objects onto it where some are named.",
  args: z.strictObject({ name: NewName, objects: z.array(ObjectName).max(1000).default([]) }),
  result: Track,
  // refused for one that holds objects: those that came to it would have nowhere to go
  inverse: { command: "delete_track", args: { track: { $ref: "result.name" } } },
  verify: trackReads("track", "keys"),
  undo: "app",
  phrases: ["(create|make|add) [a] [new] track [(named|called) {name}]"],
});

const update_track = command({
  summary: "Renames a track, shows or hides it, locks or unlocks it.",
  args: z.strictObject({
    track: TrackName,
    name: NewName.optional(),
    visible: z.boolean().optional(),
    locked: z.boolean().optional(),
  }),
  result: Track.extend({ previous: Previous }),
  idempotent: true,
  inverse: { command: "update_track", args: PREVIOUS },
  verify: trackReads("track"),
  phrases: [
    "rename [the] track {track} to {name}",
    { say: "lock [the] track {track}", args: { locked: true } },
    { say: "unlock [the] track {track}", args: { locked: false } },
    { say: "hide [the] track {track}", args: { visible: false } },
    { say: "show [the] track {track}", args: { visible: true } },
  ],
});

const move_to_track = command({
  summary: "Moves objects to another track.",
  args: z.strictObject({ objects: z.array(ObjectName).min(1).max(1000), track: TrackName }),
  result: Track,
  idempotent: true,
  phrases: ["(move|put) {objects} (to|on|onto) [the] track {track}"],
});

const delete_track = command({
  summary: "Deletes a track that holds no objects.",
  args: z.strictObject({ track: TrackName }),
  result: z.object({ deleted: z.string() }),
  effect: "destructive",
  phrases: ["(delete|remove) [the] track {track}"],
});

export const trackCommands = { list_tracks, create_track, update_track, move_to_track, delete_track };
