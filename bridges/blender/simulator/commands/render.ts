/** Pictures: a flat-shaded preview stands in for every engine. */
import { BEYOND_SIMULATOR } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { encode } from "fast-png";
import type { Vector } from "../../manifest/values.ts";
import { valuesBefore } from "../previous.ts";
import { applyAnimation } from "../animation.ts";
import type { CommandContext, Handlers } from "../command_context.ts";
import { copyDocument, type Document } from "../document.ts";
import { makeFile } from "../files.ts";
import { invalid, objectNamed, objectOfType } from "../lookup.ts";
import { add, compose, facing, subtract, times } from "../matrix.ts";
import { boundsOfAll, centerOf, radiusOf, worldMatrix } from "../placement.ts";
import { type Eye, type Image, renderPreview, renderWireframe } from "../preview.ts";
import { addCamera, framing } from "./cameras.ts";

export const render: Handlers<"render_image" | "set_render" | "render_animation" | "capture_viewport"> = {
  async render_image({ document, ...context }, args) {
    const started = performance.now();
    const shot = shotOf(document, args);
    const picture = draw(atFrame(document, args.frame ?? document.timeline.current), shot, context);
    const image = await store(context, `${args.name}.png`, picture);
    const frame = args.frame ?? document.timeline.current;
    const { width, height, engine, camera, camera_added } = shot;
    const duration_ms = performance.now() - started;
    context.event("render_finished", { width, height, engine, frame, duration_ms });
    return { width, height, engine, image, frame, camera, camera_added, duration_ms };
  },

  async render_animation({ document, ...context }, args) {
    const started = performance.now();
    const { start = document.timeline.start, end = document.timeline.end } = args;
    if (end < start) {
      throw invalid(`the range begins at ${start} and ends at ${end}`, [args.end === undefined ? "start" : "end"]);
    }
    const wanted = Array.from({ length: Math.floor((end - start) / args.step) + 1 }, (_, i) => start + i * args.step);
    const shot = shotOf(document, args);
    const frames = [];
    for (const frame of wanted) {
      if (context.signal.aborted) {
        throw new PatchbayError("CANCELLED", `Cancelled after ${frames.length} of ${wanted.length} frames`);
      }
      const picture = draw(atFrame(document, frame), shot, context);
      frames.push({ frame, image: await store(context, `frame_${String(frame).padStart(4, "0")}.png`, picture) });
      context.progress({ fraction: frames.length / wanted.length, message: `frame ${frame}` });
      // drawing keeps the process busy, in which the studio may be as well: it gets a breath after each frame
      await pause(context.staged ? 0 : BREATH_MS);
    }
    const { width, height, engine, camera, camera_added } = shot;
    const duration_ms = performance.now() - started;
    context.event("render_finished", { width, height, frame: wanted.at(-1), engine, duration_ms });
    return { width, height, frames, start, end, engine, camera, camera_added, duration_ms };
  },

  set_render({ document }, args) {
    const { engine, width, height, samples } = document.render;
    const previous = valuesBefore(document.render, args);
    document.render = {
      engine: args.engine ?? engine,
      width: args.width ?? width,
      height: args.height ?? height,
      samples: args.samples ?? samples,
    };
    return { ...document.render, previous };
  },

  async capture_viewport({ document, ...context }, args) {
    const view = args.view === "current" ? "perspective" : args.view;
    const eye = view === "camera" ? throughActive(document) : lookingFrom(document, view);
    const drawn = args.shading === "wireframe" ? renderWireframe : renderPreview;
    const picture = drawn(document, eye, { ...drawnSize(args, context), transparent: false, smooth: true });
    const image = await store(context, "viewport.png", picture);
    return { image, width: args.width, height: args.height, view };
  },
};

const BREATH_MS = 50;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

interface Wanted {
  width?: number | undefined;
  height?: number | undefined;
  samples?: number | undefined;
  transparent: boolean;
  format: "png" | "jpeg";
  camera?: string | undefined;
  engine?: Document["render"]["engine"] | undefined;
}

/** What a picture is taken with: what was asked for, and else what the scene has. */
function shotOf(document: Document, wanted: Wanted) {
  if (wanted.format !== "png") {
    throw new PatchbayError("COMMAND_FAILED", "The simulator writes PNG only", { context: BEYOND_SIMULATOR });
  }
  const scene = document.render;
  const engine = wanted.engine ?? scene.engine;
  const size = sizeOf(scene, wanted);
  return {
    ...size,
    engine,
    samples: wanted.samples ?? (engine === scene.engine ? scene.samples : 32),
    transparent: wanted.transparent,
    ...cameraOf(document, wanted.camera, size),
  };
}

/** One edge alone keeps the shape of the scene's pictures. */
function sizeOf(scene: Document["render"], { width, height }: Wanted): { width: number; height: number } {
  const fit = (edge: number) => Math.min(Math.max(Math.round(edge), 4), 16_384);
  if (width === undefined && height === undefined) return { width: scene.width, height: scene.height };
  return {
    width: width ?? fit(height! * scene.width / scene.height),
    height: height ?? fit(width! * scene.height / scene.width),
  };
}

function draw(
  document: Document,
  shot: ReturnType<typeof shotOf>,
  context: Pick<CommandContext, "staged">,
): Image {
  const options = { ...shot, ...drawnSize(shot, context), smooth: shot.samples > 4 };
  return renderPreview(document, eyeOf(document, shot.camera), options);
}

/** The longer edge of a picture that nobody looks at, in pixels. */
const STAMP = 32;

function drawnSize(
  { width, height }: { width: number; height: number },
  { staged }: Pick<CommandContext, "staged">,
): { width: number; height: number } {
  const factor = staged ? Math.min(1, STAMP / Math.max(width, height)) : 1;
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** The camera to look through; the document gets one where it has none. */
function cameraOf(document: Document, wanted: string | undefined, size: { width: number; height: number }) {
  const cameras = Object.values(document.objects).filter(({ type }) => type === "camera").map(({ name }) => name);
  const [only, ...others] = cameras;
  const camera = wanted ?? document.activeCamera ?? (others.length === 0 ? only : undefined);
  if (camera !== undefined) {
    objectNamed(document, camera);
    return { camera: objectOfType(document, camera, ["camera"], "camera").name, camera_added: false };
  }
  if (only === undefined) {
    return { camera: addCamera(document, { aspect: size.width / size.height }), camera_added: true };
  }
  throw new PatchbayError("COMMAND_FAILED", "Cannot render: the scene has several cameras, and none is active", {
    remedy: "Choose one with `set_active_camera`.",
    context: { available: cameras },
  });
}

function throughActive(document: Document): Eye {
  if (document.activeCamera === null) {
    throw new PatchbayError("COMMAND_FAILED", "Cannot capture the camera's view: the scene has no active camera", {
      remedy: "Add a camera with `create_camera`, or choose one with `set_active_camera`.",
    });
  }
  return eyeOf(document, document.activeCamera);
}

function eyeOf(document: Document, name: string): Eye {
  const camera = objectOfType(document, name, ["camera"], "camera");
  return { matrix: worldMatrix(document, camera), focalLength: camera.focalLength ?? 50 };
}

const SIDES: Record<string, Vector> = { front: [0, -1, 0], right: [1, 0, 0], top: [0, -0.0001, 1] };

function lookingFrom(document: Document, view: string): Eye {
  const bounds = boundsOfAll(document);
  const center = centerOf(bounds);
  const side = SIDES[view];
  // the sides are seen from far away, which comes close to no perspective
  const focalLength = side === undefined ? 50 : 300;
  const location = side === undefined
    ? framing(bounds, focalLength, 16 / 9)
    : add(center, times(side, Math.max(radiusOf(bounds), 0.5) * 2.2 * focalLength / 20.25));
  return { matrix: compose(location, facing(subtract(center, location), "-z"), [1, 1, 1]), focalLength };
}

/** The document as it is at a frame; the document itself stays where it is. */
function atFrame(document: Document, frame: number): Document {
  const copy = copyDocument(document);
  copy.timeline.current = frame;
  applyAnimation(copy);
  return copy;
}

function store(context: Pick<CommandContext, "workDir">, name: string, { width, height, data }: Image) {
  return makeFile(context.workDir, name, "image/png", encode({ width, height, data, channels: 4, depth: 8 }));
}
