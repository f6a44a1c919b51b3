/** Fixtures for tests: a real nats-server, an OpenTelemetry collector, an application double, bad weather and its history. */
export * from "./app_double.ts";
export * from "./check_history.ts";
export * from "./faults/mod.ts";
export * from "./has_program.ts";
export * from "./history.ts";
export * from "./otlp_receiver.ts";
export * from "./test_nats.ts";
