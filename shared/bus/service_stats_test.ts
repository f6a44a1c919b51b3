import assert from "node:assert/strict";
import { EndpointCounters } from "./service_stats.ts";

Deno.test("times are counted in nanoseconds, and averaged over all requests", () => {
  const counters = new EndpointCounters();
  const endpoint = { name: "a", subject: "b", queue: "c" };
  assert.equal(counters.snapshot(endpoint).average_processing_time, 0);
  counters.answered(1);
  counters.answered(2, "404:NOT_FOUND: no");
  counters.late++;
  assert.deepEqual(counters.snapshot(endpoint), {
    name: "a",
    subject: "b",
    queue_group: "c",
    num_requests: 2,
    num_errors: 1,
    last_error: "404:NOT_FOUND: no",
    processing_time: 3_000_000,
    average_processing_time: 1_500_000,
    data: { late: 1, running: 0 },
  });
});
