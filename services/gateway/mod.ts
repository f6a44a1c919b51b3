/** The gateway: HTTP from outside to the studio. The only door; everything behind it is on the bus. */
export { createApp } from "./app.ts";
export type { GatewayDeps } from "./deps.ts";
export { DEFAULT_PORT, type Gateway, type GatewayOptions, startGateway } from "./gateway.ts";
export { ApiKey, apiKeyRecord, createApiKey, KeyFile, Scope } from "./keys.ts";
export type { Limits } from "./limits.ts";
