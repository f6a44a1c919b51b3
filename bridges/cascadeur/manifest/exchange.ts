/** Files of other programs, and pictures. Content travels as assets; paths never cross machines. */
import { AssetRef, command } from "@patchbay/contracts";
import { z } from "zod";
import { FileName } from "./values.ts";

export const ExchangeFormat = z.enum(["fbx", "dae"]).describe("what Cascadeur's FBX loader reads and writes");
const pixels = z.number().int().min(16).max(4096);

const import_file = command({
  summary: "Brings a model, a skeleton or an animation (FBX, DAE) into the scene.",
  args: z.strictObject({
    file: AssetRef,
    what: z.enum(["scene", "model", "add_model", "animation"]).default("scene").describe(
      "animation: only the keys, onto objects that are called alike",
    ),
  }),
  result: z.object({
    objects: z.array(z.string()).describe("what is new, at most 1000"),
    total: z.number().int(),
    keys: z.number().int().describe("keys on all tracks now"),
  }),
  // whether a loader's work is a step of Cascadeur's history is not documented
  undo: "none",
  timeoutMs: 5 * 60_000,
  phrases: [
    "import {file}",
    { say: "import [the] animation [from|of] {file}", args: { what: "animation" } },
    { say: "(import|load) {file} as [a] model", args: { what: "model" } },
  ],
});

const export_file = command({
  summary:
    "Writes the scene, or a part of it, to a file (FBX, DAE) for other programs. Cascadeur's licence has to allow it.",
  args: z.strictObject({
    format: ExchangeFormat.default("fbx"),
    what: z.enum(["all", "model", "joints", "selected"]).default("all"),
    name: FileName.optional().describe("what the file is called, without its ending; else as the scene"),
    text: z.boolean().default(false).describe("FBX as text instead of binary"),
    up_axis: z.enum(["y", "z"]).default("y"),
    bake: z.boolean().default(true).describe("whether every frame gets a key"),
  }),
  result: z.object({ file: AssetRef, format: ExchangeFormat }),
  undo: "none",
  idempotent: true,
  timeoutMs: 5 * 60_000,
  phrases: [
    "export [it|the scene|the animation|everything] [(as|to) [a|an] {format} [file]] [(named|called) {name}]",
    { say: "export [the] joints [(as|to) [a|an] {format} [file]]", args: { what: "joints" } },
    { say: "export [the] selection [(as|to) [a|an] {format} [file]]", args: { what: "selected" } },
  ],
});

const capture_viewport = command({
  summary:
    "Takes a picture of the viewport. Cascadeur draws it when its window is drawn, and never while that is minimised.",
  args: z.strictObject({ width: pixels.default(960), height: pixels.default(540) }),
  result: z.object({
    image: AssetRef,
    frame: z.number().int(),
    width: z.number().int(),
    height: z.number().int(),
  }),
  undo: "none",
  idempotent: true,
  timeoutMs: 30_000,
  phrases: ["(take|capture|make) [a] (picture|screenshot|image|preview) [of the viewport]", "capture [the] viewport"],
});

export const exchangeCommands = { import_file, export_file, capture_viewport };
