/** Bridges to any program that speaks Open Sound Control, from a YAML file that says what it understands. */
export { oscAdapter, type OscAdapterOptions } from "./adapter.ts";
export { bridge } from "./bridge.ts";
export { findManifest } from "./find_manifest.ts";
export { appManifest } from "./manifest/app_manifest.ts";
export { ManifestFile } from "./manifest_file/manifest_file.ts";
export { type LoadedManifest, parseManifestFile, readManifestFile } from "./manifest_file/read.ts";
export { SHIPPED, shippedPath } from "./shipped.ts";
export { type OscSimulator, type OscSimulatorOptions, startOscSimulator } from "./simulator/simulator.ts";
export { type OscBridgeOptions, startOscBridge } from "./start.ts";
