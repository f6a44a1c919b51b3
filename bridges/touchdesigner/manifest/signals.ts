/** What happens in TouchDesigner, and what flows out of it. */
import { z } from "zod";
import { TimelinePosition } from "./timeline.ts";

const by = z.enum(["human", "command"]).describe("who did it");
const node = { path: z.string(), name: z.string(), type: z.string(), by };

export const events = {
  node_created: { summary: "There is a new operator.", schema: z.object(node) },
  node_deleted: { summary: "An operator is gone.", schema: z.object(node) },
  node_renamed: {
    summary: "An operator has another name or place.",
    schema: z.object({ path: z.string(), before: z.string(), type: z.string(), by }),
  },
  network_changed: {
    summary: "Operators came, went or were renamed; how many. The first 50 of each have an event of their own.",
    schema: z.object({
      created: z.number().int(),
      deleted: z.number().int(),
      renamed: z.number().int(),
      by,
    }),
  },
  error_raised: {
    summary: "An operator shows an error that it did not show before.",
    schema: z.object({ path: z.string(), errors: z.array(z.string()) }),
  },
  error_cleared: { summary: "An operator shows no errors any more.", schema: z.object({ path: z.string() }) },
  human_edit: {
    summary: "A person changed something in TouchDesigner.",
    schema: z.object({ action: z.string().describe("what TouchDesigner's history calls it, or 'undo'") }),
  },
  play_changed: { summary: "The timeline plays, or has stopped.", schema: z.object({ playing: z.boolean() }) },
  project_saved: { summary: "The project was saved.", schema: z.object({ name: z.string() }) },
};

export const channels = {
  chop: {
    summary: "The channels of the CHOPs that are watched: `watch_channels`. A link follows `/<name>/<channel>`.",
    schema: z.record(z.string(), z.record(z.string(), z.number())),
    rateHz: 60,
  },
  timeline: { summary: "Where the timeline is.", schema: TimelinePosition, rateHz: 30 },
};
