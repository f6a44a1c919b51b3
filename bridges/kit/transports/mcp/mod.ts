/** The Model Context Protocol's client side: a server behind a bridge is an application like any other, and trusted with nothing. */
export { type McpChild } from "./stdio.ts";
export { type McpEndpoint } from "./http.ts";
export { type McpConnectOptions, openMcp } from "./open.ts";
