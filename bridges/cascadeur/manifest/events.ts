/** What happens in Cascadeur: it tells of nothing by itself, so the server looks a few times a second. */
import { z } from "zod";

export const events = {
  scene_activated: {
    summary: "Another scene is shown.",
    schema: z.object({ scene: z.string().nullable(), previous: z.string().nullable() }),
  },
  frame_changed: {
    summary: "The current frame is another one; at most a few times a second while it plays.",
    schema: z.object({ frame: z.number().int() }),
  },
  human_edit: {
    summary: "A person changed something in Cascadeur.",
    schema: z.object({
      what: z.array(z.enum(["objects", "tracks", "selected", "frames", "play"])),
      objects: z.array(z.string()).describe("the names of objects that are new, gone or called otherwise"),
    }),
  },
};
