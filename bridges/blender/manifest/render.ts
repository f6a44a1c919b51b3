/** Pictures: renders, animations, captures of the viewport. */
import { AssetRef, command } from "@patchbay/contracts";
import { z } from "zod";
import { Frame, ObjectName, Pixels } from "./values.ts";

export const Engine = z.enum(["eevee", "cycles", "workbench"]);
export const ImageFormat = z.enum(["png", "jpeg"]);

const picture = {
  width: Pixels.default(960).describe("pixels"),
  height: Pixels.default(540).describe("pixels"),
  engine: Engine.optional().describe("else the engine that the scene is set to"),
  samples: z.number().int().min(1).max(16_384).default(32).describe("how carefully each pixel is sampled"),
  camera: ObjectName.optional().describe("the camera to look through; else the active one"),
  format: ImageFormat.default("png"),
  transparent: z.boolean().default(false).describe("whether the background is left out"),
};

const WITH = "[(with|in|using) {engine}]";
const SIZED = "[(at|with size) {width} (x|by) {height} [pixels]]";
const THROUGH = "[(through|from|with|using) camera {camera}]";
const WHAT = "[it|this|that|them|the scene|everything|an image|a picture|the picture|a still|a frame|the image]";

const render_image = command({
  summary: "Renders a picture through a camera; the scene's own render settings stay as they are.",
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
    duration_ms: z.number(),
  }),
  undo: "none",
  timeoutMs: 10 * 60_000,
  phrases: [
    `render ${WHAT} ${WITH} ${SIZED} ${THROUGH}`,
    `render ${WHAT} ${SIZED} ${WITH} [(named|called) {name}]`,
    `render ${WHAT} ${SIZED} ${WITH} (with|at|and) {samples} samples`,
    `render ${WHAT} [(with|in|using)] [{engine}] [(with|at|and)] {samples} samples`,
    "render frame {frame}",
    `render [it] (as|to) [a|an] {format}`,
    "(take|make|shoot|create) [a|an|the] (render|rendering|picture|photo|image|still) [of it|of the scene]",
    "render (from|through) [the] [camera] {camera}",
  ],
});

const render_animation = command({
  summary: "Renders a range of frames, one picture each, with progress per frame; it can be cancelled between frames.",
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
    duration_ms: z.number(),
  }),
  undo: "none",
  lane: "job",
  timeoutMs: 12 * 60 * 60_000,
  phrases: [
    "render [the] [animation] [frame|frames] {start} (to|until|-) {end}",
    `render [the|an] (animation|movie|sequence) ${WITH} ${SIZED}`,
    "render (all|the) frames",
    "render frames {start} (to|until|-) {end} (with|in|using) {engine}",
  ],
});

const capture_viewport = command({
  summary:
    "Takes a quick picture of the scene as the viewport shows it: simple shading, in well under a second or two.",
  args: z.strictObject({
    width: Pixels.default(960).describe("pixels"),
    height: Pixels.default(540).describe("pixels"),
    view: z.enum(["current", "camera", "front", "right", "top", "perspective"]).default("current")
      .describe("`current` is the artist's view; in background mode, and without a view, `perspective`"),
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
  ],
});

export const renderCommands = { render_image, render_animation, capture_viewport };
