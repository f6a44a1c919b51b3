/** Many endpoints on one subscription: the last token of the subject names the one that is called. */
import { PatchbayError } from "@patchbay/contracts";
import { z } from "zod";
import type { AnyEndpoint, EndpointDefinition } from "./endpoint.ts";
import { EndpointRunner } from "./endpoint_runner.ts";
import { EndpointSubscription } from "./endpoint_subscription.ts";
import type { Bus } from "./bus.ts";
import { EndpointCounters, type EndpointStats } from "./service_stats.ts";

/** An endpoint of a group; the group has its subject and its queue. */
export type GroupedEndpoint<A, R> = Omit<EndpointDefinition<A, R>, "subject" | "queue"> & {
  /** The last token of its subject. @default its name */
  token?: string;
};

// deno-lint-ignore no-explicit-any -- a handler's argument is contravariant: no other type takes them all
export type AnyGroupedEndpoint = GroupedEndpoint<any, any>;

/** Declares an endpoint of a group, so that the handler's types follow from the schema. */
export function groupedEndpoint<A, R>(definition: GroupedEndpoint<A, R>): GroupedEndpoint<A, R> {
  return definition;
}

export interface EndpointGroupDefinition {
  /** All of the subject but its last token: `patchbay.v1.cmd.blender.ws-07`. */
  prefix: string;
  /** Replicas with the same queue share the calls. */
  queue: string;
  endpoints: readonly AnyGroupedEndpoint[];
  /** Whether calls are taken from the start. @default true */
  joined?: boolean;
}

/** A group of a running service. It stays listed, with its numbers, while it takes no calls. */
export interface EndpointGroup {
  readonly joined: boolean;
  /** Takes calls, unless the service ends. */
  join(): void;
  /** Takes no more calls; what the server has sent already is still answered. */
  leave(): void;
}

/** A group at work: what is called is made when it is called for the first time. */
export class RunningGroup implements EndpointGroup {
  readonly #bus: Bus;
  readonly #source: string;
  readonly #definition: EndpointGroupDefinition;
  readonly #byToken = new Map<string, AnyGroupedEndpoint>();
  readonly #runners = new Map<string, EndpointRunner>();
  #subscription: EndpointSubscription | undefined;
  #leaving: Promise<void> = Promise.resolve();
  #unknown: EndpointRunner | undefined;
  #ended = false;

  constructor(bus: Bus, source: string, definition: EndpointGroupDefinition) {
    this.#bus = bus;
    this.#source = source;
    this.#definition = definition;
    for (const endpoint of definition.endpoints) this.#byToken.set(endpoint.token ?? endpoint.name, endpoint);
    if (definition.joined !== false) this.join();
  }

  get joined(): boolean {
    return this.#subscription !== undefined;
  }

  get subscription(): EndpointSubscription | undefined {
    return this.#subscription;
  }

  join(): void {
    if (this.#ended) return;
    const { prefix, queue } = this.#definition;
    this.#subscription ??= new EndpointSubscription(this.#bus, `${prefix}.*`, queue, (message) => {
      this.#runnerOf(message.subject.slice(prefix.length + 1)).take(message);
    });
  }

  leave(): void {
    if (this.#subscription === undefined) return;
    const drained = this.#subscription.drain();
    this.#subscription = undefined;
    this.#leaving = Promise.all([this.#leaving, drained]).then(() => {});
  }

  /** Takes no more calls, and waits for those that run. */
  async stop(graceMs: number): Promise<void> {
    this.#ended = true;
    this.leave();
    await this.#leaving;
    await Promise.all([...this.#runners.values()].map((runner) => runner.finish(graceMs)));
  }

  /** For INFO. */
  *infos(): Iterable<{ name: string; subject: string; queue_group: string; metadata: Record<string, string> }> {
    const { queue } = this.#definition;
    for (const [token, { name, metadata }] of this.#byToken) {
      const subject = this.#subjectOf(token);
      // the schema is the same for all of them, and would make the answer too large
      yield { name, subject, queue_group: queue, metadata: { format: "application/json", ...metadata } };
    }
  }

  *stats(): Iterable<EndpointStats> {
    for (const [token, { name }] of this.#byToken) {
      const facts = { name, subject: this.#subjectOf(token), queue: this.#definition.queue };
      yield this.#runners.get(token)?.stats() ?? new EndpointCounters().snapshot(facts);
    }
  }

  #subjectOf(token: string): string {
    return `${this.#definition.prefix}.${token}`;
  }

  #runnerOf(token: string): EndpointRunner {
    const known = this.#runners.get(token);
    if (known !== undefined) return known;
    const endpoint = this.#byToken.get(token);
    if (endpoint === undefined) return this.#unknown ??= this.#run(nothing(this.#definition), "*");
    const runner = this.#run(endpoint, token);
    this.#runners.set(token, runner);
    return runner;
  }

  #run(endpoint: AnyGroupedEndpoint, token: string): EndpointRunner {
    const { queue } = this.#definition;
    const definition: AnyEndpoint = { ...endpoint, subject: this.#subjectOf(token), queue };
    return new EndpointRunner(this.#bus, this.#source, definition);
  }
}

/** Answers what nothing of the group is called. */
function nothing({ prefix, endpoints }: EndpointGroupDefinition): AnyGroupedEndpoint {
  return groupedEndpoint({
    name: "unknown",
    payload: z.unknown(),
    type: "error",
    template: `${prefix}.*`,
    handler: ({ subject }) => {
      const available = endpoints.map(({ name }) => name);
      throw PatchbayError.of("UNKNOWN_COMMAND", `Nothing here is called '${subject.slice(prefix.length + 1)}'`, {
        context: { available },
      });
    },
  });
}
