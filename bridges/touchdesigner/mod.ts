/** The TouchDesigner bridge: the manifest, the adapter that drives TouchDesigner over the App link, and a simulator of it. */
export { touchdesignerAdapter, type TouchDesignerAdapterOptions, type TouchDesignerMode } from "./adapter.ts";
export { bridge } from "./bridge.ts";
export { type FindOptions, findTouchDesigner } from "./find.ts";
export { installComponent, type Installed, type InstallOptions } from "./install.ts";
export { touchdesigner, type TouchDesignerCommands } from "./manifest.ts";
export { startTouchDesignerBridge, type TouchDesignerBridgeOptions } from "./start.ts";
