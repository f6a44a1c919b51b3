/** Fixtures for tests, each for `await using`: a real nats-server, an OpenTelemetry collector, an application double. */
export * from "./app_double.ts";
export * from "./otlp_receiver.ts";
export * from "./test_nats.ts";
