/** The bridge of a lamp: the manifest, the adapter that drives it, and a simulator of it. */
export { lampAdapter, type LampAdapterOptions } from "../stdio/adapter.ts";
export { bridge } from "./bridge.ts";
export { lampManifest, LampState } from "./manifest.ts";
