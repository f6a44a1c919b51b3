/** What happens in Blender. */
import { z } from "zod";
import { Engine } from "./render.ts";

export const events = {
  render_finished: {
    summary: "A render is done, whoever asked for it.",
    schema: z.object({
      frame: z.number().int(),
      width: z.number().int().describe("pixels"),
      height: z.number().int().describe("pixels"),
      engine: Engine,
      duration_ms: z.number().nullable(),
    }),
  },
  file_opened: {
    summary: "Another file is open, or a new one.",
    schema: z.object({ name: z.string().nullable() }),
  },
  human_edit: {
    summary: "A person changed something in Blender.",
    schema: z.object({
      objects: z.array(z.string()).describe("the names of the objects that changed, appeared or went"),
      action: z.string().describe("what Blender calls the change, or 'edit'"),
    }),
  },
  frame_changed: {
    summary: "The current frame is another one; at most ten a second are reported while it plays.",
    schema: z.object({ frame: z.number().int() }),
  },
};

/** What the add-on says about its Blender in `hello`. */
export const Capabilities = z.looseObject({
  import_formats: z.array(z.string()),
  export_formats: z.array(z.string()),
  engines: z.array(z.string()),
});
