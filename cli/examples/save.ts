/** Brings what a run made into a folder: sound, frames, pictures, a contact sheet, and a film where ffmpeg is there. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@patchbay/client";
import { AssetRef, type Id, type Run } from "@patchbay/contracts";
import type { SheetSteps } from "@patchbay/examples";
import { z } from "zod";
import { freeName } from "../pictures.ts";
import { contactSheet } from "./contact_sheet.ts";
import { makeFilm } from "./film.ts";
import { readWave } from "./wave.ts";

export interface SaveOptions {
  out: string;
  say: (line: string) => void;
}

const Rendered = z.looseObject({ frames: z.array(z.looseObject({ frame: z.number().int(), image: AssetRef })) });
const Exported = z.looseObject({ audio: AssetRef });

/** Saves as much as there is: also of a run that failed. */
export async function saveOutputs(
  client: Client,
  { run, live }: { run: Run; live: readonly AssetRef[] },
  sheet: SheetSteps,
  { out, say }: SaveOptions,
): Promise<void> {
  const folder = new Folder(client, out, run.correlationId);
  say(`\nSaved in ${out}`);
  const audio = Exported.safeParse(run.steps[sheet.audio]?.value).data?.audio;
  const sound = audio === undefined ? undefined : await folder.save(audio, audio.name);
  if (sound !== undefined) say(`  ${sound.path}`);

  const rendered = Rendered.safeParse(run.steps[sheet.frames]?.value).data?.frames ?? [];
  const frames = [];
  for (const { frame, image } of rendered) {
    const saved = await folder.save(image, `${String(frame).padStart(4, "0")}.png`, "frames");
    frames.push({ frame, png: saved.bytes });
  }
  if (frames.length > 0) say(`  ${join(out, "frames")}: ${frames.length} frames`);

  const pictures = run.plan.steps.filter(({ id }) => id !== sheet.frames)
    .flatMap(({ id }) => imagesIn(run.steps[id]?.value).map((image) => ({ id, image })));
  for (const { id, image } of pictures) await folder.save(image, `${id}-${image.name}`, "pictures");
  if (pictures.length > 0) say(`  ${join(out, "pictures")}: ${pictures.length} pictures`);

  const seen = [];
  for (const [i, image] of live.entries()) {
    seen.push((await folder.save(image, `${i + 1}-${image.name}`, "live")).bytes);
  }
  if (seen.length > 0) say(`  ${join(out, "live")}: ${seen.length} pictures`);

  if (frames.length === 0) return;
  const wave = sound === undefined ? undefined : readWave(sound.bytes);
  const path = join(out, "contact-sheet.png");
  await Deno.writeFile(path, contactSheet(frames, { ...sheet, live: seen, ...(wave === undefined ? {} : { wave }) }));
  say(`  ${path}`);
  const numbers = frames.map(({ frame }) => frame);
  const film = await makeFilm({ folder: out, frames: numbers, fps: sheet.fps, sound: sound?.path });
  say("path" in film ? `  ${film.path}` : `  no film: ${film.missing}`);
}

class Folder {
  readonly #client: Client;
  readonly #path: string;
  readonly #correlationId: Id;

  constructor(client: Client, path: string, correlationId: Id) {
    this.#client = client;
    this.#path = path;
    this.#correlationId = correlationId;
  }

  /** @param name from an application: it is no path */
  async save({ id }: AssetRef, name: string, inside = ""): Promise<{ path: string; bytes: Uint8Array }> {
    const folder = join(this.#path, inside);
    await mkdir(folder, { recursive: true });
    const response = await this.#client.assets.get(id, { correlationId: this.#correlationId });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const path = join(folder, freeName(name, new Set()));
    await Deno.writeFile(path, bytes);
    return { path, bytes };
  }
}

function imagesIn(value: unknown): AssetRef[] {
  const asset = AssetRef.safeParse(value);
  if (asset.success) return asset.data.mediaType.startsWith("image/") ? [asset.data] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(imagesIn) : [];
}
