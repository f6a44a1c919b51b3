/** The studio server's installation: its users, its keys, and the configuration of its nats-server. */
export * from "./installation.ts";
export * from "./studio_config.ts";
