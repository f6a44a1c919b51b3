/** Brings the images of a run to the person: says where they are, or saves them. */
import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Client } from "@patchbay/client";
import { AssetRef, type Id, PatchbayError, type Run } from "@patchbay/contracts";

export interface PictureOptions {
  /** The last image is saved in this file; all are, where it is a folder or ends with a slash. */
  out?: string;
  gateway: { url: string };
  say: (line: string) => void;
}

/** Looks before anything is rendered whether it can be saved. @throws {PatchbayError} `INVALID_CONFIGURATION` */
export async function checkOut(out: string | undefined): Promise<void> {
  if (out === undefined || await isFolder(out)) return;
  const folder = dirname(out);
  if (await isFolder(folder)) return;
  throw new PatchbayError("INVALID_CONFIGURATION", `Cannot save the picture as ${out}: there is no folder ${folder}`, {
    remedy: "Make the folder, or name another file with --out; with a slash at its end, --out makes a folder.",
  });
}

/** Says where the last image is; saves it, or all, where that is asked for. */
export async function bringPicturesBack(
  client: Pick<Client, "assets">,
  { plan, steps, correlationId }: Run,
  { out, gateway, say }: PictureOptions,
): Promise<void> {
  const images = plan.steps.flatMap(({ id }) => imagesIn(steps[id]?.value));
  const last = images.at(-1);
  if (last === undefined) {
    if (out !== undefined) say(`There is no image to save as ${out}.`);
  } else if (out === undefined) {
    say(`Picture: ${gateway.url}/v1/assets/${last.id} (${last.name})`);
    if (images.length > 1) say(`It is the last of ${images.length}; --out with a folder saves them all.`);
  } else if (await isFolder(out)) {
    await saveAll(client, images, out, correlationId);
    say(`Pictures: ${images.length} in ${out}`);
  } else {
    await save(client, last, out, correlationId);
    say(`Picture: ${out} (${last.name}, ${Math.ceil(last.size / 1024)} KiB)`);
    if (images.length > 1) say(`It is the last of ${images.length}; a folder (--out ${out}/) gets them all.`);
  }
}

async function isFolder(path: string): Promise<boolean> {
  if (/[/\\]$/.test(path)) return true;
  return await stat(path).then((found) => found.isDirectory(), () => false);
}

async function saveAll(
  client: Pick<Client, "assets">,
  images: readonly AssetRef[],
  folder: string,
  correlationId: Id,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const taken = new Set<string>();
  for (const image of images) {
    const name = freeName(image.name, taken);
    taken.add(name.toLowerCase());
    await save(client, image, join(folder, name), correlationId);
  }
}

/** A name from elsewhere as one of a file in a folder: no path, nothing hidden, none twice. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const plain = name.replaceAll(/[/\\:*?"<>|\p{Cc}]/gu, "_").replace(/^\.+/, "_").slice(-100) || "image";
  const dot = plain.lastIndexOf(".");
  const [stem, ending] = dot < 1 ? [plain, ""] : [plain.slice(0, dot), plain.slice(dot)];
  for (let i = 1;; i++) {
    const candidate = i === 1 ? plain : `${stem}-${i}${ending}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}

async function save(client: Pick<Client, "assets">, image: AssetRef, file: string, correlationId: Id): Promise<void> {
  const response = await client.assets.get(image.id, { correlationId });
  await Deno.writeFile(file, response.body ?? new Uint8Array());
}

/** Every image that a step's value refers to. */
function imagesIn(value: unknown): AssetRef[] {
  const asset = AssetRef.safeParse(value);
  if (asset.success) return asset.data.mediaType.startsWith("image/") ? [asset.data] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(imagesIn) : [];
}
