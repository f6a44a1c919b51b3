/** Typed questions to the services, over the bus. */
import type { z } from "zod";
import { type Bus, callService } from "@patchbay/bus";
import { type Id, type ServiceName, SERVICES, type Verb } from "@patchbay/contracts";

type Verbs<S extends ServiceName> = (typeof SERVICES)[S];
type Request<V> = V extends Verb<infer Q, infer _> ? z.input<Q> : never;
type Answer<V> = V extends Verb<infer _, infer A> ? z.output<A> : never;

export type CallOptions = { correlationId: Id; timeoutMs?: number; signal?: AbortSignal };

export type ServiceCalls = <S extends ServiceName, V extends keyof Verbs<S> & string>(
  service: S,
  verb: V,
  request: Request<Verbs<S>[V]>,
  options: CallOptions,
) => Promise<Answer<Verbs<S>[V]>>;

/** @example `const { bridges } = await call("context-store", "bridges", {}, { correlationId })` */
export function serviceCalls(bus: Bus, defaults: { timeoutMs: number; signal: AbortSignal }): ServiceCalls {
  return async (service, verb, request, options) => {
    const { result } = (SERVICES[service] as Record<string, Verb>)[verb]!;
    const answer = await callService(bus, service, verb, request, {
      source: "gateway",
      result,
      ...defaults,
      ...options,
    });
    return answer as Answer<Verbs<typeof service>[typeof verb]>;
  };
}
