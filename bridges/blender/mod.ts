/** The Blender bridge: the manifest, the adapter that drives Blender over the App link, and a simulator of Blender. */
export { blenderAdapter, type BlenderAdapterOptions, type BlenderMode } from "./adapter.ts";
export { bridge } from "./bridge.ts";
export { findBlender, type FindOptions } from "./find.ts";
export { installAddon, type Installed, type InstallOptions } from "./install.ts";
export { blender, type BlenderCommands } from "./manifest.ts";
export { type BlenderSimulator, type SimulatorOptions, startBlenderSimulator } from "./simulator.ts";
export { type BlenderBridgeOptions, startBlenderBridge } from "./start.ts";
