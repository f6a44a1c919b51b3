/** In TouchDesigner: visuals that hear the music, and what Blender takes from them: pictures, and two numbers a frame. */
import type { StepList } from "../step_list.ts";
import { PICTURED, SAMPLES } from "./score.ts";

const ref = (text: string) => ({ $ref: text });
const shown = { outputresolution: "custom", resolutionw: 192, resolutionh: 108 };
const expression = (text: string) => ({ expression: text });

/** What needs no music yet. */
export function prepareVisuals(list: StepList): void {
  list.of("touchdesigner")("clouds", "apply_network", {
    nodes: [
      { name: "clouds", type: "noiseTOP", parameters: { ...shown, period: 1.6, harmon: 1, amp: 0.7, offset: 0.35 } },
      { name: "tint", type: "constantTOP", parameters: { ...shown, colorr: 0.35, colorg: 0.1, colorb: 0.9 } },
      {
        name: "night",
        type: "compositeTOP",
        parameters: { ...shown, operand: "multiply" },
        inputs: ["clouds", "tint"],
      },
    ],
  });
}

/** Loads the music, lets it move everything, and looks at it half a beat at a time. */
export function drawSound(list: StepList): void {
  const designer = list.of("touchdesigner");
  designer("sync", "set_timeline", { playing: false, tempo: ref("tempo.result.value"), frame: 1 });
  designer("music", "load_audio", { audio: { $asset: "export.result.audio" }, name: "music" });
  designer("hearing", "apply_network", { nodes: HEARING });
  designer("visuals", "apply_network", { nodes: VISUALS });
  for (const { number, seen } of SAMPLES) {
    designer(`seek${number}`, "set_timeline", { frame: seen });
    // the next frame waits until this one has been looked at
    const looked = [designer(`level${number}`, "get_channels", { node: "to_blender" }, { reads: true })];
    if (PICTURED.some((one) => one === number)) {
      looked.push(designer(`picture${number}`, "get_top_image", { node: "visuals" }, { reads: true }));
    }
    list.holdBack("touchdesigner", looked);
  }
}

const level = "op('loudness')['chan1']";

const HEARING = [
  { name: "loudness", type: "mathCHOP", parameters: { gain: 6 }, inputs: ["music_level"] },
  // of the ball in Blender, and of the light in it, in watts
  { name: "one", type: "selectCHOP", parameters: { channames: "chan1" }, inputs: ["loudness"] },
  { name: "ball", type: "mathCHOP", parameters: { gain: 0.9, postoff: 0.5 }, inputs: ["one"] },
  { name: "size", type: "renameCHOP", parameters: { renameto: "size" }, inputs: ["ball"] },
  { name: "light", type: "mathCHOP", parameters: { gain: 900, postoff: 20 }, inputs: ["one"] },
  { name: "watts", type: "renameCHOP", parameters: { renameto: "watts" }, inputs: ["light"] },
  { name: "to_blender", type: "mergeCHOP", inputs: ["size", "watts"] },
];

const VISUALS = [
  {
    name: "clouds",
    parameters: { tx: expression("root.time.seconds * 0.35"), tz: expression("root.time.seconds * 0.5") },
  },
  {
    name: "sky",
    type: "levelTOP",
    parameters: { brightness1: expression(`0.7 + ${level}`) },
    inputs: ["night"],
  },
  {
    name: "disc",
    type: "circleTOP",
    parameters: {
      ...shown,
      radiusx: expression(`(0.06 + ${level} * 0.22) * 0.5625`),
      radiusy: expression(`0.06 + ${level} * 0.22`),
      fillcolorr: 1,
      fillcolorg: 0.5,
      fillcolorb: 0.1,
    },
  },
  { name: "visuals", type: "compositeTOP", parameters: { ...shown, operand: "over" }, inputs: ["disc", "sky"] },
];
