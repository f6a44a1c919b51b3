/** Finds or fetches a nats-server, and runs one. Needs no connection to a bus. */
export * from "./provision.ts";
export * from "./server_config.ts";
export * from "./start.ts";
export { LEAST_VERSION, PINNED_VERSION } from "./version.ts";
