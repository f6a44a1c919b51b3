/** Pictures: a flat-shaded preview stands in for every engine. */
import { PatchbayError } from "@patchbay/contracts";
import { encode } from "fast-png";
import type { Vector } from "../../manifest/values.ts";
import { applyAnimation } from "../animation.ts";
import type { CommandContext, Handlers } from "../command_context.ts";
import { copyDocument, type Document } from "../document.ts";
import { makeFile } from "../files.ts";
import { invalid, objectNamed, objectOfType } from "../lookup.ts";
import { add, compose, facing, subtract, times } from "../matrix.ts";
import { boundsOfAll, centerOf, radiusOf, worldMatrix } from "../placement.ts";
import { type Eye, type Image, renderPreview, renderWireframe } from "../preview.ts";
import { framing } from "./cameras.ts";

export const render: Handlers<"render_image" | "render_animation" | "capture_viewport"> = {
  async render_image({ document, ...context }, args) {
    const started = performance.now();
    const shot = atFrame(document, args.frame ?? document.timeline.current);
    const picture = draw(shot, args);
    const image = await store(context, `${args.name}.png`, picture.image);
    const done = { width: args.width, height: args.height, engine: picture.engine };
    const duration_ms = performance.now() - started;
    context.event("render_finished", { ...done, frame: shot.timeline.current, duration_ms });
    return { ...done, image, frame: shot.timeline.current, camera: picture.camera, duration_ms };
  },

  async render_animation({ document, ...context }, args) {
    const started = performance.now();
    const { start = document.timeline.start, end = document.timeline.end } = args;
    if (end < start) {
      throw invalid(`the range begins at ${start} and ends at ${end}`, [args.end === undefined ? "start" : "end"]);
    }
    const wanted = Array.from({ length: Math.floor((end - start) / args.step) + 1 }, (_, i) => start + i * args.step);
    const frames = [];
    let last = { engine: document.render.engine, camera: "" };
    for (const frame of wanted) {
      if (context.signal.aborted) {
        throw new PatchbayError("CANCELLED", `Cancelled after ${frames.length} of ${wanted.length} frames`);
      }
      const picture = draw(atFrame(document, frame), args);
      last = picture;
      frames.push({ frame, image: await store(context, `frame_${String(frame).padStart(4, "0")}.png`, picture.image) });
      context.progress({ fraction: frames.length / wanted.length, message: `frame ${frame}` });
    }
    const { engine, camera } = last;
    const duration_ms = performance.now() - started;
    const size = { width: args.width, height: args.height };
    context.event("render_finished", { ...size, frame: wanted.at(-1), engine, duration_ms });
    return { ...size, frames, start, end, engine, camera, duration_ms };
  },

  async capture_viewport({ document, ...context }, args) {
    const view = args.view === "current" ? "perspective" : args.view;
    const eye = view === "camera" ? throughCamera(document, undefined).eye : lookingFrom(document, view);
    const drawn = args.shading === "wireframe" ? renderWireframe : renderPreview;
    const picture = drawn(document, eye, { width: args.width, height: args.height, transparent: false, smooth: true });
    const image = await store(context, "viewport.png", picture);
    return { image, width: args.width, height: args.height, view };
  },
};

interface Shot {
  width: number;
  height: number;
  samples: number;
  transparent: boolean;
  format: "png" | "jpeg";
  camera?: string | undefined;
  engine?: Document["render"]["engine"] | undefined;
}

function draw(document: Document, shot: Shot) {
  if (shot.format !== "png") throw new PatchbayError("COMMAND_FAILED", "The simulator writes PNG only");
  const { name, eye } = throughCamera(document, shot.camera);
  const image = renderPreview(document, eye, { ...shot, smooth: shot.samples > 4 });
  return { image, camera: name, engine: shot.engine ?? document.render.engine };
}

function throughCamera(document: Document, wanted: string | undefined): { name: string; eye: Eye } {
  const name = wanted ?? document.activeCamera;
  if (name === null) {
    throw new PatchbayError("COMMAND_FAILED", "Cannot render: the scene has no active camera", {
      remedy: "Add a camera with `create_camera`, or choose one with `set_active_camera`.",
      context: {
        available: Object.values(document.objects).filter(({ type }) => type === "camera").map((c) => c.name),
      },
    });
  }
  objectNamed(document, name);
  const camera = objectOfType(document, name, ["camera"], "camera");
  return { name, eye: { matrix: worldMatrix(document, camera), focalLength: camera.focalLength ?? 50 } };
}

const SIDES: Record<string, Vector> = { front: [0, -1, 0], right: [1, 0, 0], top: [0, -0.0001, 1] };

function lookingFrom(document: Document, view: string): Eye {
  const bounds = boundsOfAll(document);
  const center = centerOf(bounds);
  const side = SIDES[view];
  // the sides are seen from far away, which comes close to no perspective
  const focalLength = side === undefined ? 50 : 300;
  const location = side === undefined
    ? framing(bounds, focalLength)
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
