/**
 * The context store: which bridges are here, what they offer, what their applications look like, and what was done to them.
 * It keeps nothing of its own: everything is read from NATS at the start and followed from there.
 */
export * from "./context_store.ts";
