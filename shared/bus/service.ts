/**
 * Services as ADR-32 of NATS describes them: found and measured with `nats micro ls`, `info`, `stats`.
 * The official package does not await its handlers; this one does, and speaks our envelopes.
 */
import { nuid, PermissionViolationError } from "@nats-io/nats-core";
import { PatchbayError } from "@patchbay/contracts";
import { type Bus } from "./bus.ts";
import { type AnyEndpoint, endpointMetadata } from "./endpoint.ts";
import { type EndpointGroup, type EndpointGroupDefinition, RunningGroup } from "./endpoint_group.ts";
import { EndpointRunner } from "./endpoint_runner.ts";
import { EndpointSubscription } from "./endpoint_subscription.ts";
import { forbidden } from "./inbox.ts";
import { answerDiscovery } from "./service_discovery.ts";
import type { ServiceStats } from "./service_stats.ts";

export interface ServiceDefinition {
  /** Letters, digits, `-` and `_`. */
  name: string;
  /** Semantic version. */
  version: string;
  description: string;
  metadata?: Record<string, string>;
  /** The source of the answers: `context-store`, `blender.ws-07`. */
  source: string;
  endpoints: readonly AnyEndpoint[];
  /** How long running handlers may go on once the service ends, in milliseconds; then their signals fire. @default 5_000 */
  graceMs?: number;
  /** Ends the service. */
  signal?: AbortSignal;
}

/** A service that answers. Disposing stops taking calls, waits for the running ones, and leaves. */
export interface RunningService extends AsyncDisposable {
  readonly id: string;
  stats(): ServiceStats;
  addEndpoint(endpoint: AnyEndpoint): Promise<void>;
  /** Many endpoints on one subscription, which can be left and joined again. */
  addGroup(group: EndpointGroupDefinition): Promise<EndpointGroup>;
  /** Resolves once the service has ended. */
  readonly stopped: Promise<void>;
}

const NAME = /^[A-Za-z0-9_-]+$/;
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const GRACE_MS = 5_000;

/**
 * Starts a service; it is reachable when the promise resolves.
 * @throws {PatchbayError} `INVALID_CONFIGURATION` for a name or version that ADR-32 does not allow, `FORBIDDEN` for a
 *   subject that this user may not serve
 */
export async function startService(bus: Bus, definition: ServiceDefinition): Promise<RunningService> {
  const { name, version, description, metadata = {}, source, graceMs = GRACE_MS, signal } = definition;
  signal?.throwIfAborted();
  if (!NAME.test(name)) throw invalid(`service name '${name}'`, "letters, digits, '-' and '_'");
  if (!VERSION.test(version)) throw invalid(`version '${version}' of service ${name}`, "a semantic version");
  const identity = { name, id: nuid.next(), version, metadata };
  const started = new Date().toISOString();
  const single: { runner: EndpointRunner; subscription: EndpointSubscription }[] = [];
  const groups: RunningGroup[] = [];
  const stats = (): ServiceStats => ({
    ...identity,
    started,
    endpoints: [...single.map(({ runner }) => runner.stats()), ...groups.flatMap((group) => [...group.stats()])],
  });
  const discovery = answerDiscovery(bus, identity, {
    PING: () => identity,
    INFO: () => ({
      ...identity,
      description,
      endpoints: [
        ...single.map(({ runner: { definition } }) => ({
          name: definition.name,
          subject: definition.subject,
          queue_group: definition.queue ?? "",
          metadata: endpointMetadata(definition),
        })),
        ...groups.flatMap((group) => [...group.infos()]),
      ],
    }),
    STATS: stats,
  });
  const { promise: stopped, resolve: onStopped } = Promise.withResolvers<void>();
  let stopping = false;
  const stop = async () => {
    if (stopping) return await stopped;
    stopping = true;
    signal?.removeEventListener("abort", onAbort);
    discovery[Symbol.dispose]();
    const ends = single.map(async ({ runner, subscription }) => {
      await subscription.drain();
      await runner.finish(graceMs);
    });
    await Promise.all([...ends, ...groups.map((group) => group.stop(graceMs))]);
    onStopped();
  };
  const onAbort = () => void stop();
  signal?.addEventListener("abort", onAbort, { once: true });

  const check = (endpoint: { name: string }) => {
    if (stopping) throw invalid(`endpoint '${endpoint.name}' of service ${name}`, "added before the service ends");
    if (!NAME.test(endpoint.name)) throw invalid(`endpoint name '${endpoint.name}'`, "letters, digits, '-' and '_'");
  };
  /** @throws where the server refuses the subscription */
  const allowed = async (subscription: EndpointSubscription) => {
    const refused = await Promise.race([subscription.refused, reached(bus)]);
    if (refused instanceof PermissionViolationError) throw forbidden(refused);
  };
  const addEndpoint = async (endpoint: AnyEndpoint) => {
    check(endpoint);
    const runner = new EndpointRunner(bus, source, endpoint);
    const taking = (message: Parameters<typeof runner.take>[0]) => runner.take(message);
    const subscription = new EndpointSubscription(bus, endpoint.subject, endpoint.queue, taking);
    const entry = { runner, subscription };
    single.push(entry);
    await allowed(subscription).catch((error) => {
      single.splice(single.indexOf(entry), 1);
      throw error;
    });
  };
  const addGroup = async (definition: EndpointGroupDefinition) => {
    for (const endpoint of definition.endpoints) check(endpoint);
    const group = new RunningGroup(bus, source, definition);
    groups.push(group);
    if (group.subscription !== undefined) {
      await allowed(group.subscription).catch((error) => {
        groups.splice(groups.indexOf(group), 1);
        throw error;
      });
    }
    return group;
  };
  try {
    await Promise.all(definition.endpoints.map(addEndpoint));
  } catch (error) {
    await stop();
    throw error;
  }
  return { id: identity.id, stats, addEndpoint, addGroup, stopped, [Symbol.asyncDispose]: stop };
}

/** Resolves once the server knows the subscriptions, or at once while it is away: they are repeated when it is back. */
async function reached(bus: Bus): Promise<void> {
  if (bus.connected) await bus.nc.flush().catch(() => {});
}

function invalid(what: string, expected: string): PatchbayError {
  return new PatchbayError("INVALID_CONFIGURATION", `Cannot start ${what}: expected ${expected}`);
}
