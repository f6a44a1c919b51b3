/** An asset: a file that moves between applications, named by its digest. File paths never cross machines. */
import { z } from "zod";

/** Larger values travel as assets, in bytes. */
export const MAX_INLINE_BYTES = 256 * 1024;

/** The lower-case hexadecimal SHA-256 of the content. */
export const AssetId = z.string().regex(/^[0-9a-f]{64}$/, "the SHA-256 of the content, in lower-case hexadecimal");
export type AssetId = z.infer<typeof AssetId>;

/** What people call the file; never used as a path. The pattern needs no `u` flag: JSON Schema carries none. */
export const AssetName = z.string().min(1).max(200).regex(
  /^(?!.*[/\\])[ -~\u00a0-\uffff]+$/,
  "a file name without '/', '\\' or control characters",
);

/** What stands for an asset in arguments and results. */
export const AssetRef = z.looseObject({
  id: AssetId,
  name: AssetName,
  /** IANA media type: `image/png`. */
  mediaType: z.string().regex(/^[\w.+-]+\/[\w.+-]+$/),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  /** `sha-256:<id>` */
  digest: z.templateLiteral(["sha-256:", AssetId]),
}).meta({ id: "AssetRef", slot: "asset" });
export type AssetRef = z.infer<typeof AssetRef>;
