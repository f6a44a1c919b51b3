/** Fixtures for tests, each for `await using`: a real nats-server, an application double. */
export * from "./test_nats.ts";
