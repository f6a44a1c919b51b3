/**
 * What every bridge shares: presence, endpoints, the queue, deadlines, cancellation, state, the App link and the
 * supervision of child processes. A bridge brings a manifest and an {@linkcode Adapter}, and calls {@linkcode startBridge}.
 */
export * from "./adapter.ts";
export * from "./app_link/adapter.ts";
export * from "./app_link/byte_stream.ts";
export * from "./app_link/dial.ts";
export * from "./app_link/frames.ts";
export * from "./app_link/message_stream.ts";
export * from "./app_link/rendezvous.ts";
export * from "./app_link/transport.ts";
export * from "./app_link/websocket.ts";
export * from "./asset_files.ts";
export * from "./bridge.ts";
export * from "./bridge_definition.ts";
export * from "./bridge_options.ts";
export * from "./fence.ts";
export * from "./lifecycle_commands.ts";
export * from "./rehearsal/staged_application.ts";
export * from "./self_described/start.ts";
export * from "./supervision/backoff.ts";
export * from "./supervision/child.ts";
export * from "./supervision/launched_application.ts";
export * from "./supervision/limits.ts";
export * from "./supervision/supervise.ts";
export * from "./transports/http.ts";
export * from "./transports/mcp/mod.ts";
export * from "./transports/osc/mod.ts";
export * from "./transports/transport.ts";
export * from "./transports/transport_adapter.ts";
