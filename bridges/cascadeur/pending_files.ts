/** Files that Cascadeur writes after it has answered: pictures, which it draws when its window is drawn. */
import { PatchbayError } from "@patchbay/contracts";
import { AssetRef } from "@patchbay/contracts";
import { z } from "zod";

/** How long a picture may take: a window that is minimised never draws it, in milliseconds. */
export const DRAWN_MS = 8_000;
const LOOK_MS = 25;
/** What a PNG ends with. */
const END = [0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82];

const Pending = z.looseObject({
  image: z.strictObject({
    $pending: z.looseObject({
      path: z.string().min(1),
      name: AssetRef.shape.name,
      mediaType: AssetRef.shape.mediaType,
    }),
  }),
});

/**
 * The result, with `$file` in the place of `$pending` once the file is whole.
 * @throws {PatchbayError} `APP_UNRESPONSIVE` where it does not come; the signal's reason
 */
export async function whenWritten(result: unknown, signal: AbortSignal, drawnMs = DRAWN_MS): Promise<unknown> {
  const pending = Pending.safeParse(result);
  if (!pending.success) return result;
  const { $pending } = pending.data.image;
  const late = AbortSignal.any([signal, AbortSignal.timeout(drawnMs)]);
  while (!await isWhole($pending.path)) {
    signal.throwIfAborted();
    if (late.aborted) {
      throw new PatchbayError("APP_UNRESPONSIVE", "Cascadeur has not drawn the picture: its window may be minimised", {
        remedy: "Bring Cascadeur's window back, and take the picture again.",
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return { ...pending.data, image: { $file: $pending } };
}

async function isWhole(path: string): Promise<boolean> {
  try {
    const bytes = await Deno.readFile(path);
    return END.every((byte, i) => bytes[bytes.length - END.length + i] === byte);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
