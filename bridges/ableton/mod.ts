/** The bridge to Ableton Live: the manifest, the adapter that speaks OSC and MIDI, and a simulator of Live. */
export { abletonAdapter, type AbletonAdapterOptions } from "./adapter.ts";
export { bridge } from "./bridge.ts";
export { findLive, type FindOptions } from "./find.ts";
export { type Installed, type InstallOptions, installScript } from "./install.ts";
export { ableton, type AbletonCommands } from "./manifest.ts";
export { LIVE_PORT, REPLY_PORT } from "./ports.ts";
export { type LiveSimulator, type LiveSimulatorOptions, startLiveSimulator } from "./simulator.ts";
export { type AbletonBridgeOptions, startAbletonBridge } from "./start.ts";
