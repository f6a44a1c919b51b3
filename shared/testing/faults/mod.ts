/**
 * Bad weather for tests, the same words for every transport: a seeded {@linkcode FaultPlan} says what goes wrong, a proxy
 * or a wrapper makes it go wrong, and the history says what did.
 */
export * from "./application.ts";
export * from "./application_link.ts";
export * from "./byte_stream.ts";
export * from "./datagram_proxy.ts";
export * from "./fault_plan.ts";
export * from "./faults.ts";
export * from "./http.ts";
export * from "./message_stream.ts";
export * from "./random.ts";
export * from "./schedule.ts";
export * from "./tcp_proxy.ts";
export * from "./websocket_proxy.ts";
