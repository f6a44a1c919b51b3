/** The subscription that calls come through. */
import { type Msg, PermissionViolationError, type Subscription } from "@nats-io/nats-core";
import type { Bus } from "./bus.ts";
import { log } from "./log.ts";

export class EndpointSubscription {
  /** Resolves with the error when the server does not let us serve this subject. */
  readonly refused: Promise<PermissionViolationError>;
  readonly #bus: Bus;
  readonly #subscription: Subscription;

  constructor(bus: Bus, subject: string, queue: string | undefined, take: (message: Msg) => void) {
    const { promise, resolve } = Promise.withResolvers<PermissionViolationError>();
    this.#bus = bus;
    this.refused = promise;
    this.#subscription = bus.nc.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => {
        if (error === null) return take(message);
        if (error instanceof PermissionViolationError) resolve(error);
        log.error("{subject} is no longer served: {error}", { subject, error: error.message });
      },
    });
  }

  /** Takes no more calls; resolves once what the server has sent already is taken. */
  async drain(): Promise<void> {
    const { nc } = this.#bus;
    if (!this.#bus.connected || nc.isClosed() || this.#subscription.isClosed()) return this.#subscription.unsubscribe();
    // the connection may break meanwhile: then nothing more comes either
    await this.#subscription.drain().catch(() => {});
  }
}
