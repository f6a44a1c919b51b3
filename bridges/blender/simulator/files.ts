/** Files that cross the App link by their local path: what the bridge fetched for a command, and what a command made. */
import { BEYOND_SIMULATOR } from "@patchbay/bridge-kit";
import { type AssetRef, PatchbayError } from "@patchbay/contracts";
import { decode } from "fast-png";
import { join } from "node:path";
import { z } from "zod";
import { srgbToLinear } from "../manifest/colors.ts";
import type { LocalFile } from "./command_context.ts";
import type { Picture } from "./document.ts";

const LocalFileArgument = z.strictObject({
  $file: z.looseObject({ path: z.string(), name: z.string(), mediaType: z.string() }),
});

const NO_DIGEST = "0".repeat(64);

/** The arguments with a reference in the place of each local file, so that the manifest's schema can check them. */
export function withReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withReferences);
  if (typeof value !== "object" || value === null) return value;
  const file = LocalFileArgument.safeParse(value);
  if (file.success) {
    return { ...file.data.$file, id: NO_DIGEST, size: 0, digest: `sha-256:${NO_DIGEST}` };
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withReferences(inner)]));
}

/** @throws {PatchbayError} `INVALID_ARGUMENTS` for a reference that the bridge has not fetched */
export function localFileOf(reference: AssetRef): { path: string; name: string; mediaType: string } {
  const path = reference["path"];
  if (typeof path === "string") return { path, name: reference.name, mediaType: reference.mediaType };
  throw PatchbayError.of("INVALID_ARGUMENTS", `Cannot read '${reference.name}': it is no file on this machine`);
}

/** Writes a file that the bridge takes away as an asset. */
export async function makeFile(
  workDir: string,
  name: string,
  mediaType: string,
  content: Uint8Array,
): Promise<LocalFile> {
  const folder = join(workDir, "outgoing");
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, crypto.randomUUID());
  await Deno.writeFile(path, content, { mode: 0o600 });
  return { $file: { path, name, mediaType } };
}

/** An image as the simulator keeps it. @throws {PatchbayError} `COMMAND_FAILED` for what is no PNG */
export async function loadPicture(path: string): Promise<Picture> {
  try {
    const { width, height, data, channels, depth } = decode(await Deno.readFile(path));
    const sums = [0, 0, 0];
    const most = 2 ** depth - 1;
    for (let i = 0; i < data.length; i += channels) {
      for (let c = 0; c < 3; c++) sums[c]! += srgbToLinear((data[i + (channels < 3 ? 0 : c)] ?? 0) / most);
    }
    const [r = 0, g = 0, b = 0] = sums.map((sum) => sum / (width * height));
    return { width, height, color: [r, g, b] };
  } catch (cause) {
    throw new PatchbayError("COMMAND_FAILED", "Cannot read the image: the simulator reads PNG only", {
      cause,
      context: BEYOND_SIMULATOR,
    });
  }
}
