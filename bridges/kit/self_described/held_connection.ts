/** A connection that outlives the bridge that uses it: lent to one after the other. */
import { PatchbayError } from "@patchbay/contracts";
import type { AdapterHost } from "../adapter.ts";
import type { OpenTransport, Transport, TransportEvents } from "../transports/transport.ts";

export class HeldConnection implements AsyncDisposable {
  /** Whether what is given back is kept for the next one. */
  keeping = false;
  readonly #open: OpenTransport;
  #held: Transport | undefined;
  #gone = false;
  #events: TransportEvents | undefined;

  constructor(open: OpenTransport) {
    this.#open = open;
  }

  /** The connection that was kept, or a new one. Disposing what is lent closes it, unless it is to be kept. */
  async lend(host: AdapterHost, events: TransportEvents): Promise<Transport> {
    this.#events = events;
    if (this.#gone) await this[Symbol.asyncDispose]();
    const transport = this.#held ??= await this.#opened(host);
    const returned = Promise.withResolvers<PatchbayError>();
    const { ping, fail } = transport;
    return {
      peer: transport.peer,
      request: (method, params, options) => transport.request(method, params, options),
      notify: (method, params) => transport.notify(method, params),
      ...(ping === undefined ? {} : { ping: () => ping.call(transport) }),
      ...(fail === undefined ? {} : { fail: (reason: PatchbayError) => fail.call(transport, reason) }),
      closed: Promise.race([transport.closed, returned.promise]),
      [Symbol.asyncDispose]: async () => {
        if (this.keeping && !this.#gone) this.#events = undefined;
        else await this[Symbol.asyncDispose]();
        returned.resolve(PatchbayError.of("APP_NOT_CONNECTED", "The connection was given back"));
      },
    };
  }

  /** Asks beside whoever it is lent to. @throws {PatchbayError} `APP_NOT_CONNECTED` */
  async ask<T>(question: (transport: Transport) => Promise<T>): Promise<T> {
    if (this.#held !== undefined && !this.#gone) return await question(this.#held);
    throw PatchbayError.of("APP_NOT_CONNECTED", "Nobody is connected who could be asked");
  }

  async #opened(host: AdapterHost): Promise<Transport> {
    const transport = await this.#open(host, {
      onNotification: (method, params) => this.#events?.onNotification(method, params),
    });
    this.#gone = false;
    void transport.closed.then(() => {
      if (this.#held === transport) this.#gone = true;
    });
    return transport;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    this.#gone = false;
    await held?.[Symbol.asyncDispose]();
  }
}
