/**
 * The bus: everything that Patchbay does with NATS. Connection, typed request-reply, services (ADR-32), streams and
 * key-value buckets declared in one place, a publisher that retries with the same id, leases with fencing, and assets.
 * Every function that waits takes an `AbortSignal`; every handle disposes itself.
 */
export * from "./answer_size.ts";
export * from "./assets.ts";
export * from "./bucket.ts";
export * from "./bucket_mirror.ts";
export { type Bus, type BusStatus } from "./bus.ts";
export * from "./connection.ts";
export * from "./credentials.ts";
export * from "./derived_id.ts";
export * from "./end_job.ts";
export * from "./endpoint.ts";
export {
  type AnyGroupedEndpoint,
  type EndpointGroup,
  type EndpointGroupDefinition,
  type GroupedEndpoint,
  groupedEndpoint,
} from "./endpoint_group.ts";
export * from "./environment.ts";
export * from "./first_message.ts";
export * from "./job.ts";
export * from "./job_consumer.ts";
export * from "./job_lookup.ts";
export * from "./job_queue.ts";
export * from "./key.ts";
export * from "./lease.ts";
export * from "./least_busy_request.ts";
export * from "./ledger.ts";
export * from "./ledger_key.ts";
export * from "./migrate.ts";
export * from "./presence_mirror.ts";
export * from "./publish.ts";
export * from "./publish_together.ts";
export * from "./read_stream.ts";
export { isReplay } from "./replay.ts";
export * from "./remove_message.ts";
export * from "./request.ts";
export * from "./service.ts";
export * from "./service_stats.ts";
export * from "./shared_subscription.ts";
export * from "./streams.ts";
export * from "./subscribe.ts";
