/** What plays while the links are live: Live's meter moves an object of Blender's. */
import type { AppName, BridgeId } from "@patchbay/contracts";
import type { Performance } from "../example.ts";
import { METER } from "./blender.ts";
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
      mapping: { scale: { from: [0, 1], to: [0.3, 4] }, clamp: [0.3, 4], expression: "[$, $, $]" },
    }],
    start: [{ address: `ableton.${live}`, command: "fire_scene", args: { scene: SCENE } }],
    // once more than it is long: the loop is heard
    durationMs: 1_500 * SECONDS,
    stop: [{ address: `ableton.${live}`, command: "stop", args: {} }],
  };
}
