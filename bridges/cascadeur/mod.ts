/** The Cascadeur bridge: the manifest, the adapter and typed client of the server inside Cascadeur, and a simulator. */
export { cascadeurAdapter, type CascadeurAdapterOptions } from "./adapter.ts";
export { bridge } from "./bridge.ts";
export { type Call, type CallOptions, CascadeurClient, type ConnectOptions } from "./client.ts";
export { findCascadeur, type FindOptions, type FoundCascadeur } from "./find.ts";
export { type InstallOptions, installServer } from "./install.ts";
export { cascadeur, type CascadeurCommands } from "./manifest.ts";
export { type ServerForm, simulatorLaunch, type SimulatorOptions } from "./simulator.ts";
export { type CascadeurBridgeOptions, startCascadeurBridge } from "./start.ts";
