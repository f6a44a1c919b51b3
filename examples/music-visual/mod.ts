/** Music to visuals: Ableton Live makes a bar or two, TouchDesigner hears them, Blender shows both. */
import type { Example, ExampleStudio, Prepared } from "../example.ts";
import { performance } from "./links.ts";
import { musicPlan } from "./plan.ts";
import { FPS } from "./score.ts";

export const musicVisual: Example = {
  name: "music-visual",
  title: "Music to visuals",
  applications: ["ableton", "touchdesigner", "blender"],
  async prepare({ client, bridges, signal }: ExampleStudio): Promise<Prepared> {
    const live = bridges.get("ableton") ?? "any";
    const { value } = await client.command(`ableton.${live}`, "get_limits", {}, { signal });
    const canLoadDevices = extensions(value).includes("add_device");
    const canExport = extensions(value).includes("export_audio");
    return {
      instruction:
        "Write two bars in Live and export them; let TouchDesigner draw what it hears; animate a Blender scene by both, and render it",
      steps: musicPlan(bridges, { canLoadDevices }),
      notes: [
        ...canLoadDevices ? [] : [
          "Live: the published AbletonOSC cannot load devices. Put a drum rack on the track Drums, an instrument and a Reverb on Melody.",
        ],
        ...canExport ? [] : [
          "Live: the published AbletonOSC cannot export audio. When the step 'export' runs, export two bars of the scene by hand; its progress says where to.",
        ],
      ],
      performance: performance(bridges),
      sheet: { frames: "render", audio: "export", fps: FPS, columns: 4 },
    };
  },
};

function extensions(limits: unknown): readonly unknown[] {
  if (typeof limits !== "object" || limits === null || !("extensions" in limits)) return [];
  return Array.isArray(limits.extensions) ? limits.extensions : [];
}
