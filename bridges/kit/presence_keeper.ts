/** Keeps a bridge present: renewed before it expires, at once when it changes, deleted at the end. */
import { ManifestDocument, PatchbayError, Presence, PRESENCE_INTERVAL_MS } from "@patchbay/contracts";
import { type Bucket, type Bus, openBucket } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import { pause } from "./supervision/backoff.ts";

const log = logger("bridge");

/** Changes closer together than this become one, in milliseconds… */
const SPACING_MS = 100;
/** …and than this, where they go on and on: a bridge that runs one short command after the other. */
const MAX_SPACING_MS = 1_000;
/** After a put that failed, in milliseconds. */
const RETRY_MS = 1_000;

export interface PresenceOptions {
  bus: Bus;
  /** What is put, now. */
  presence(): Presence;
  manifest: ManifestDocument;
  /** Another process has taken over this id: nothing is put any more. */
  onFenced(error: PatchbayError): void;
}

/** Retries while the bus, or its buckets, are away. */
export class PresenceKeeper implements AsyncDisposable {
  readonly #options: PresenceOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  readonly #status: Disposable;
  readonly #firstPut = Promise.withResolvers<void>();
  #bucket: Bucket<Presence> | undefined;
  /** Of our own last put: what somebody else has put since is not ours to delete. */
  #revision: number | undefined;
  #last = "";
  #announced = false;
  #wake = new AbortController();

  constructor(options: PresenceOptions) {
    this.#options = options;
    // a server that came back may have lost what it had
    this.#status = options.bus.onStatus(({ connected }) => {
      if (!connected) return;
      this.#announced = false;
      this.changed();
    });
    this.#running = this.#run();
  }

  /** Resolves once the bridge can be seen, or the keeper has ended. */
  get present(): Promise<void> {
    return this.#firstPut.promise;
  }

  /** Puts it again, if anything but the time has changed. */
  changed(): void {
    if (this.#wake.signal.aborted) return;
    if (!this.#announced || JSON.stringify(this.#options.presence()) !== this.#last) this.#wake.abort();
  }

  async #run(): Promise<void> {
    for (let spacing = SPACING_MS; !this.#stopping.signal.aborted;) {
      const wake = this.#wake = new AbortController();
      const isPut = await this.#put();
      await pause(spacing, this.#stopping.signal);
      spacing = wake.signal.aborted ? Math.min(2 * spacing, MAX_SPACING_MS) : SPACING_MS;
      await pause((isPut ? PRESENCE_INTERVAL_MS : RETRY_MS) - spacing, wake.signal);
    }
    this.#firstPut.resolve();
  }

  async #put(): Promise<boolean> {
    const { bus, presence, manifest } = this.#options;
    const { signal } = this.#stopping;
    const { app, bridge } = presence();
    try {
      this.#bucket ??= await openBucket(bus, "presence", Presence, { signal });
      if (!this.#announced) {
        const manifests = await openBucket(bus, "manifests", ManifestDocument, { signal });
        await manifests.put(`${app}.${bridge}`, manifest);
        this.#announced = true;
      }
      const here = presence();
      if (this.#revision !== undefined) await this.#checkFence(this.#bucket, here);
      this.#last = JSON.stringify(here);
      this.#revision = await this.#bucket.put(`${app}.${bridge}`, here);
      this.#firstPut.resolve();
      return true;
    } catch (error) {
      if (error instanceof PatchbayError && error.code === "BRIDGE_FENCED") {
        this.#stopping.abort();
        this.#options.onFenced(error);
      } else if (!signal.aborted) log.warn("{app}.{bridge} could not announce itself: {error}", { app, bridge, error });
      return false;
    }
  }

  /** Of two processes with one id the later one stays: it has put its presence over ours, and would share our commands. */
  async #checkFence(bucket: Bucket<Presence>, { app, bridge, instance }: Presence): Promise<void> {
    const there = (await bucket.get(`${app}.${bridge}`))?.value;
    if (there === undefined || there.instance === instance) return;
    throw new PatchbayError(
      "BRIDGE_FENCED",
      `Cannot go on as ${app}.${bridge}: process ${there.pid} on ${there.host} has this id since`,
      { context: { host: there.host, pid: there.pid } },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#status[Symbol.dispose]();
    this.#stopping.abort();
    this.#wake.abort();
    await this.#running;
    const { bus, presence } = this.#options;
    if (!bus.connected || this.#revision === undefined) return;
    const { app, bridge } = presence();
    try {
      const bucket = await openBucket(bus, "presence", Presence);
      await bucket.delete(`${app}.${bridge}`, this.#revision);
    } catch (error) {
      // it expires by itself; or another process with this id has put its own
      log.debug("{app}.{bridge} could not take its leave: {error}", { app, bridge, error });
    }
  }
}
