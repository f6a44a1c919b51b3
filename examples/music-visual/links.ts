/** What plays while the links are live: Live's meter moves an object of Blender's. */
import type { AppName, BridgeId } from "@patchbay/contracts";
import type { Performance } from "../example.ts";
import { METER, PICTURE } from "./blender.ts";
import { SCENE } from "./ableton.ts";
import { SECONDS } from "./score.ts";

export function performance(bridges: ReadonlyMap<AppName, BridgeId>): Performance {
  const [live, blender] = [bridges.get("ableton") ?? "any", bridges.get("blender") ?? "any"];
  return {
    links: [{
      id: "meter-to-column",
      title: "Live's loudest meter raises a column in Blender",
      source: { app: "ableton", bridge: live, channel: "track_meters", path: "/peak" },
      target: {
        app: "blender",
        bridge: blender,
        command: "transform_object",
        args: { object: METER },
        argument: "/scale",
      },
      mapping: { expression: "[1, 1, 0.3 + 5 * $]" },
    }],
    start: [{ address: `ableton.${live}`, command: "fire_scene", args: { scene: SCENE } }],
    // longer than it is: the loop is heard, and looked at on a beat and between beats in turn
    durationMs: 1_750 * SECONDS,
    look: {
      address: `blender.${blender}`,
      command: "render_image",
      args: { ...PICTURE, camera: "Camera", name: "live" },
    },
    stop: [{ address: `ableton.${live}`, command: "stop", args: {} }],
  };
}
