/** What a service counts, and how it says it: ADR-32 of NATS. */

/** Numbers of one endpoint since the start; times in nanoseconds, as ADR-32 has them. */
export interface EndpointStats {
  name: string;
  subject: string;
  queue_group: string;
  num_requests: number;
  num_errors: number;
  /** `404:Not found`; empty while there was none. */
  last_error: string;
  processing_time: number;
  average_processing_time: number;
  data: {
    /** Calls that came after their deadline, and were dropped. */
    late: number;
    /** Calls that run now. */
    running: number;
  };
}

export interface ServiceStats {
  name: string;
  id: string;
  version: string;
  metadata: Record<string, string>;
  /** RFC 3339. */
  started: string;
  endpoints: EndpointStats[];
}

const NANOSECONDS = 1_000_000;

export class EndpointCounters {
  #requests = 0;
  #errors = 0;
  #lastError = "";
  #nanoseconds = 0;
  late = 0;
  running = 0;

  /** A call was answered, after `durationMs`. */
  answered(durationMs: number, error?: string): void {
    this.#requests++;
    this.#nanoseconds += Math.round(durationMs * NANOSECONDS);
    if (error === undefined) return;
    this.#errors++;
    this.#lastError = error;
  }

  snapshot(endpoint: { name: string; subject: string; queue: string }): EndpointStats {
    return {
      name: endpoint.name,
      subject: endpoint.subject,
      queue_group: endpoint.queue,
      num_requests: this.#requests,
      num_errors: this.#errors,
      last_error: this.#lastError,
      processing_time: this.#nanoseconds,
      average_processing_time: this.#requests === 0 ? 0 : Math.round(this.#nanoseconds / this.#requests),
      data: { late: this.late, running: this.running },
    };
  }
}
