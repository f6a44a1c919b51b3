/** Bridges to any MCP server, unchanged: its tools become commands, its resources queries. And a simulator of one that was seen. */
export { mcpAdapter, type McpAdapterOptions } from "./adapter.ts";
export { McpAnswer } from "./answer.ts";
export { bridge } from "./bridge.ts";
export { ToolConfig } from "./config.ts";
export { type McpServerEntry, readServerFile } from "./server_file.ts";
export { type McpBridgeOptions, startMcpBridge } from "./start.ts";
