/** One endpoint at work: takes calls, runs the handler, answers, counts. */
import type { Msg } from "@nats-io/nats-core";
import {
  decodeEnvelope,
  encodeEnvelope,
  envelope,
  type EnvelopeOf,
  ERRORS,
  HEADERS,
  Metadata,
  PatchbayError,
  type Problem,
  toProblem,
} from "@patchbay/contracts";
import { extractTrace, messageSpan, recordError, span, withCorrelation } from "@patchbay/telemetry";
import type { Bus } from "./bus.ts";
import { DeadlineSignal, readDeadline } from "./deadline.ts";
import { type AnyEndpoint, problemOfResult } from "./endpoint.ts";
import { checkSize, envelopeHeaders, fromHeaders, toHeaders } from "./headers.ts";
import { log } from "./log.ts";
import { isReplay } from "./replay.ts";
import { EndpointCounters, type EndpointStats } from "./service_stats.ts";

const MAX_CONCURRENT = 1024;

export class EndpointRunner {
  readonly definition: AnyEndpoint;
  readonly #bus: Bus;
  readonly #source: string;
  readonly #counters = new EndpointCounters();
  readonly #running = new Map<DeadlineSignal, Promise<void>>();

  constructor(bus: Bus, source: string, definition: AnyEndpoint) {
    this.#bus = bus;
    this.#source = source;
    this.definition = definition;
  }

  stats(): EndpointStats {
    const { name, subject, queue = "" } = this.definition;
    this.#counters.running = this.#running.size;
    return this.#counters.snapshot({ name, subject, queue });
  }

  /** Waits for the calls that run; after `graceMs` their signals fire, and after as much again they are left. */
  async finish(graceMs: number): Promise<void> {
    if (await this.#idle(graceMs)) return;
    for (const signal of this.#running.keys()) {
      signal.abort(
        new PatchbayError("SERVICE_UNAVAILABLE", `${this.definition.subject} ends before this call is done`),
      );
    }
    if (await this.#idle(graceMs)) return;
    log.error("{subject} leaves {count} calls that do not end", {
      subject: this.definition.subject,
      count: this.#running.size,
    });
  }

  async #idle(timeoutMs: number): Promise<boolean> {
    if (this.#running.size === 0) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), timeoutMs);
    Promise.all(this.#running.values()).then(() => resolve(true));
    const idle = await promise;
    clearTimeout(timer);
    return idle;
  }

  /** Takes one call, and answers it. */
  take(message: Msg): void {
    if (isReplay(message)) {
      log.warn("refused a message of a stream as a call of {subject}", { subject: this.definition.subject });
      return;
    }
    const startedAt = performance.now();
    const headers = fromHeaders(message.headers);
    const deadline = readDeadline(headers);
    if (deadline !== undefined && deadline <= Date.now()) {
      this.#counters.late++;
      const lateMs = Date.now() - deadline;
      log.info("dropped a call of {subject}, {lateMs} ms after its deadline: or the clocks of two machines differ", {
        subject: message.subject,
        lateMs,
      });
      return;
    }
    const signal = new DeadlineSignal(deadline);
    const answered = this.#answer(message, headers, deadline, signal).then((error) => {
      this.#counters.answered(performance.now() - startedAt, error);
      signal[Symbol.dispose]();
      this.#running.delete(signal);
    });
    this.#running.set(signal, answered);
  }

  /** Answers one call; never throws. Resolves with the error for the statistics. */
  async #answer(
    message: Msg,
    headers: ReadonlyMap<string, string>,
    deadline: number | undefined,
    late: DeadlineSignal,
  ): Promise<string | undefined> {
    let call: EnvelopeOf<unknown> | undefined;
    try {
      const { definition } = this;
      if (this.#running.size >= (definition.maxConcurrent ?? MAX_CONCURRENT)) {
        throw new PatchbayError("SERVICE_UNAVAILABLE", `Cannot take the call: ${this.#running.size} run already`);
      }
      const taken = call = decodeEnvelope(message.data, definition.payload);
      const { correlationId } = taken.metadata;
      const { subject } = message;
      const facts = { subject, messageId: taken.id, correlationId, template: definition.template ?? subject };
      const { name, options } = messageSpan({ operation: "process", ...facts });
      const parent = extractTrace((header) => headers.get(header));
      return await withCorrelation(correlationId, () =>
        span(name, { ...options, parent }, async (active) => {
          const payload = taken.payload;
          const result = await definition.handler({
            payload,
            message: taken,
            headers,
            deadline,
            subject,
            get signal() {
              return late.signal;
            },
          });
          const problem = (definition.problemOf ?? problemOfResult)(result);
          if (problem !== undefined) recordError(active, new PatchbayError(problem.code, problem.detail));
          return this.#respond(message, definition.type, result, taken, problem);
        }));
    } catch (error) {
      return this.#fail(message, error, call);
    }
  }

  #fail(message: Msg, error: unknown, call: EnvelopeOf<unknown> | undefined): string | undefined {
    const correlationId = call?.metadata.correlationId ?? correlationOf(message);
    const problem = toProblem(error, correlationId);
    if (problem.code === "INTERNAL") {
      log.error("{subject} failed: {error}", { subject: message.subject, error, correlationId });
    }
    try {
      return this.#respond(message, "error", problem, call, problem);
    } catch (cause) {
      // the connection was closed meanwhile, or the problem itself does not fit: the caller's deadline tells it
      log.error("{subject} cannot answer: {cause}", { subject: message.subject, cause, correlationId });
      return statsError(problem);
    }
  }

  #respond(
    message: Msg,
    type: EnvelopeOf<unknown>["type"],
    payload: unknown,
    call: EnvelopeOf<unknown> | undefined,
    problem: Problem | undefined,
  ): string | undefined {
    const correlationId = call?.metadata.correlationId ?? correlationOf(message);
    const reply = envelope({
      type,
      payload: payload ?? null,
      source: this.#source,
      ...(call === undefined ? {} : { target: call.metadata.source, causationId: call.id }),
      ...(correlationId === undefined ? {} : { correlationId }),
    });
    const headers = envelopeHeaders(reply, {
      ...(problem === undefined ? {} : {
        headers: {
          [HEADERS.serviceError]: ERRORS[problem.code].title,
          [HEADERS.serviceErrorCode]: String(problem.status),
        },
      }),
    });
    const data = encodeEnvelope(reply);
    checkSize(message.reply ?? message.subject, data, headers, this.#bus.maxPayload);
    message.respond(data, { headers: toHeaders(headers) });
    return problem === undefined ? undefined : statsError(problem);
  }
}

const statsError = ({ status, code, detail }: Problem) => `${status}:${code}: ${detail}`;

/** The correlation id of a call whose envelope could not be read. */
function correlationOf(message: Msg): string | undefined {
  return Metadata.shape.correlationId.safeParse(message.headers?.get(HEADERS.correlationId)).data;
}
