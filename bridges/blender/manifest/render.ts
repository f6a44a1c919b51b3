/** Pictures: renders, animations, captures of the viewport. */
import { AssetRef, command } from "@patchbay/contracts";
import { z } from "zod";
import { Frame, ObjectName, Pixels, PREVIOUS, Previous } from "./values.ts";

export const Engine = z.enum(["eevee", "cycles", "workbench"]);
export const ImageFormat = z.enum(["png", "jpeg"]);

const Samples = z.number().int().min(1).max(16_384).describe("how carefully each pixel is sampled");

const picture = {
  width: Pixels.optional().describe("pixels; else as the scene is set, or what keeps its shape with `height`"),
  height: Pixels.optional().describe("pixels; else as the scene is set, or what keeps its shape with `width`"),
  engine: Engine.optional().describe("else the engine that the scene is set to"),
  samples: Samples.optional().describe(
    "how carefully each pixel is sampled; else as the scene is set, or 32 with another engine",
  ),
  camera: ObjectName.optional().describe(
    "the camera to look through; else the active one, or the only one; a scene without any gets one that sees everything",
  ),
  format: ImageFormat.default("png"),
  transparent: z.boolean().default(false).describe("whether the background is left out"),
};

const SET = "(set|change) [the]";
/** Sizes that have names. */
const SIZES = [
  { words: "(full hd|fhd|hd|1080p)", width: 1920, height: 1080 },
  { words: "(4k|uhd|2160p)", width: 3840, height: 2160 },
  { words: "(2k|qhd|1440p)", width: 2560, height: 1440 },
  { words: "(720p|hd ready)", width: 1280, height: 720 },
] as const;
const WITH = "[(with|in|using|on) {engine}]";
const SIZED = "[(at|in|with size) {width} (x|by) {height} [pixels]]";
const SAMPLED = "[(with|at|and|using) {samples} samples]";
const AS = "[(as|to) [a|an] {format}]";
const THROUGH = "[(through|from|with|using) camera {camera}]";
const WHAT = "[it|this|that|them|the scene|everything|an image|a picture|the picture|a still|a frame|the image]";

const madeCamera = z.boolean().describe("whether the scene had no camera, so that this one was added and made active");

const render_image = command({
  summary:
    "Renders a picture through a camera, which is added where the scene has none; the scene's own render settings stay as they are.",
  args: z.strictObject({
    ...picture,
    frame: Frame.optional().describe("the frame to render; else the current one"),
    name: z.string().min(1).max(100).regex(/^(?!.*[/\\])[ -~\u00a0-\uffff]+$/).default("render").meta({
      slot: "name",
      description: "what the file is called, without its ending",
    }),
  }),
  result: z.object({
    image: AssetRef,
    width: z.number().int().describe("pixels"),
    height: z.number().int().describe("pixels"),
    frame: z.number().int(),
    engine: Engine,
    camera: ObjectName,
    camera_added: madeCamera,
    duration_ms: z.number(),
  }),
  // the scene is afterwards as after the first time: a camera that was added is there already
  idempotent: true,
  undo: "none",
  timeoutMs: 10 * 60_000,
  phrases: [
    `render ${WHAT} ${WITH} ${SIZED} ${SAMPLED} ${AS}`,
    `render ${WHAT} ${WITH} ${SIZED} ${THROUGH}`,
    `render ${WHAT} ${WITH} ${SIZED} [(named|called) {name}]`,
    `render ${WHAT} and save [it|the image|the picture] (as|to|under) {name}`,
    `render [a|an] {width} (x|by) {height} [pixel] [(image|picture|still|render)] ${WITH} ${SAMPLED}`,
    ...SIZES.map(({ words, ...args }) => ({ say: `render ${WHAT} [(in|at)] ${words} ${WITH} ${SAMPLED} ${AS}`, args })),
    `render ${WHAT} [(with|in|using)] [{engine}] [(with|at|and)] {samples} samples`,
    { say: `render ${WHAT} ${WITH} [with] [a] (transparent|no) background`, args: { transparent: true } },
    { say: `render ${WHAT} without [a|the] background`, args: { transparent: true } },
    `render frame {frame} ${WITH} ${SIZED} ${SAMPLED}`,
    "(take|make|shoot|create|do) [a|an|the] [quick|final|test] (render|rendering|picture|photo|image|still) [of it|of the scene]",
    "render (from|through) [the] [camera] {camera}",
  ],
});

const render_animation = command({
  summary:
    "Renders a range of frames, one picture each, with progress per frame; it can be cancelled between frames. A camera is added where the scene has none.",
  args: z.strictObject({
    ...picture,
    start: Frame.optional().describe("else the first frame of the timeline"),
    end: Frame.optional().describe("else the last frame of the timeline"),
    step: z.number().int().min(1).max(1000).default(1).describe("renders every so many frames"),
  }),
  result: z.object({
    frames: z.array(z.object({ frame: z.number().int(), image: AssetRef })),
    start: z.number().int(),
    end: z.number().int(),
    width: z.number().int().describe("pixels"),
    height: z.number().int().describe("pixels"),
    engine: Engine,
    camera: ObjectName,
    camera_added: madeCamera,
    duration_ms: z.number(),
  }),
  idempotent: true,
  undo: "none",
  lane: "job",
  timeoutMs: 12 * 60 * 60_000,
  phrases: [
    `render [the|an] [animation] [from] [frame|frames] {start} (to|until|through|-) {end} ${WITH} ${SIZED} ${SAMPLED} ${AS}`,
    `render [the|an] (animation|movie|sequence) ${WITH} ${SIZED} ${SAMPLED} ${AS}`,
    `render (all|the) frames ${WITH} ${SIZED} ${SAMPLED}`,
  ],
});

const capture_viewport = command({
  summary:
    "Takes a quick picture of the scene as the viewport shows it: simple shading, in well under a second or two.",
  args: z.strictObject({
    width: Pixels.default(960).describe("pixels"),
    height: Pixels.default(540).describe("pixels"),
    view: z.enum(["current", "camera", "front", "right", "top", "perspective"]).default("current").meta({
      description: "`current` is the artist's view; in background mode, and without a view, `perspective`",
      says: { right: ["side"], top: ["above"] },
    }),
    shading: z.enum(["solid", "wireframe"]).default("solid"),
  }),
  result: z.object({
    image: AssetRef,
    width: z.number().int().describe("pixels"),
    height: z.number().int().describe("pixels"),
    view: z.string().describe("the view that was captured"),
  }),
  undo: "none",
  timeoutMs: 60_000,
  phrases: [
    "(take|make|grab) [a|the] (viewport capture|viewport screenshot|screenshot|viewport image|preview)",
    "(capture|screenshot|grab) [the] (viewport|screen|view|scene)",
    "(take|make|grab) [a|the] {view} (viewport capture|screenshot|preview|view)",
    "(capture|screenshot) [the] {view} view",
    "show me [the scene|what it looks like|a preview]",
    "preview [it|the scene]",
    "(take|make|grab) [a|the] (screenshot|preview|viewport capture) (from|of) [the] {view} [view|side]",
    "(show|give) [me] [the|a] {view} view",
    "(capture|screenshot) [the] (viewport|screen|view|scene) (in|as) [a] {shading}",
    "show [me] [it|the scene] (in|as) [a] {shading}",
    "(show|give) [me] [a|the] {shading} view",
    "render [a] preview",
  ],
});

/** How the scene renders where a command does not say otherwise. */
export const RenderSettings = z.object({
  engine: Engine,
  width: z.number().int().describe("pixels"),
  height: z.number().int().describe("pixels"),
  samples: z.number().int(),
});

const set_render = command({
  summary: "Changes how the scene renders: size, engine, samples; what is not named stays as it is.",
  args: z.strictObject({
    width: Pixels.optional().describe("pixels"),
    height: Pixels.optional().describe("pixels"),
    engine: Engine.optional(),
    samples: Samples.optional(),
  }),
  result: RenderSettings.extend({ previous: Previous }),
  idempotent: true,
  inverse: { command: "set_render", args: PREVIOUS },
  verify: {
    command: "get_scene",
    expect: { "/render/width": { $ref: "args.width" }, "/render/height": { $ref: "args.height" } },
  },
  phrases: [
    `${SET} [render|rendering|image|output|picture] (resolution|size) [to|as] {width} [x|by] {height} [pixels]`,
    ...SIZES.map(({ words, ...args }) => ({
      say: `${SET} [render|rendering|image|output|picture] (resolution|size) [to|as] ${words}`,
      args,
    })),
    `${SET} [render] [engine|renderer] to {engine}`,
    `(use|switch to|change to) [the] {engine} [engine|renderer]`,
    `${SET} [render|number of] samples to {samples}`,
    `(use|render with) {samples} samples from now on`,
  ],
});

export const renderCommands = { render_image, set_render, render_animation, capture_viewport };
