/** The manifest files that come with this bridge. */
import { fileURLToPath } from "node:url";

export const SHIPPED = ["supercollider", "touchosc"] as const;

/** The path of one of them. */
export const shippedPath = (name: typeof SHIPPED[number]): string =>
  fileURLToPath(new URL(`./manifests/${name}.yaml`, import.meta.url));
