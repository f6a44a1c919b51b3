/** Who may do what on the bus: one table, and what is made of it. */
export * from "./credentials.ts";
export * from "./nats_permissions.ts";
export * from "./permission_table.ts";
export * from "./rights.ts";
export * from "./table.ts";
