/** Values that are too large for a message go to the object store, and the result says where. */
import { type AssetRef, MAX_INLINE_BYTES } from "@patchbay/contracts";

/** Stores bytes under a name. */
export type Store = (meta: { name: string; mediaType: string }, content: Uint8Array) => Promise<AssetRef>;

export interface FittedValue {
  /** The value, or the asset's reference. */
  value: unknown;
  /** Present where `value` is a reference to the JSON of the value, instead of the value. */
  valueIn?: "asset";
  [extra: string]: unknown;
}

/** @throws {PatchbayError} `STORAGE_FULL`, `BUS_UNAVAILABLE` */
export async function fitValue(
  value: unknown,
  name: string,
  store: Store,
  maxBytes = MAX_INLINE_BYTES,
): Promise<FittedValue> {
  // no string of so few characters is larger than that in UTF-8: most values need no encoding
  const text = JSON.stringify(value);
  if (text.length * 3 <= maxBytes) return { value };
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= maxBytes) return { value };
  return { value: await store({ name: `${name}.json`, mediaType: "application/json" }, bytes), valueIn: "asset" };
}
