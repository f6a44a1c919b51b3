/** Keeps a bridge present: renewed before it expires, at once when it changes, deleted at the end. */
import { ManifestDocument, Presence, PRESENCE_INTERVAL_MS } from "@patchbay/contracts";
import { type Bucket, bucketHandle, type Bus } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import type { Fence } from "./fence.ts";
import { pause } from "./supervision/backoff.ts";

const log = logger("bridge");

/** Changes closer together than this become one, in milliseconds… */
const SPACING_MS = 100;
/** …and than this, where they go on and on: a bridge that runs one short command after the other. */
const MAX_SPACING_MS = 1_000;
/** After a put that failed, in milliseconds. */
const RETRY_MS = 1_000;
/** Bridges that began, or got the bus back, at the same moment drift apart by up to this share of each wait. */
const JITTER = 0.2;
/** …and come back within this time, in milliseconds. */
const SPREAD_MS = 300;

export interface PresenceOptions {
  bus: Bus;
  /** Nothing is put while it is not valid: another process may have the id. */
  fence: Fence;
  /** What is put, now. */
  presence(): Presence;
  manifest: ManifestDocument;
}

/** Retries while the bus, or its buckets, are away. */
export class PresenceKeeper implements AsyncDisposable {
  readonly #options: PresenceOptions;
  readonly #stopping = new AbortController();
  readonly #firstPut = Promise.withResolvers<void>();
  readonly #bucket: Bucket<Presence>;
  readonly #manifests: Bucket<ManifestDocument>;
  #running: Promise<void> | undefined;
  #last = "";
  #announced = false;
  #wake = new AbortController();

  constructor(options: PresenceOptions) {
    this.#options = options;
    const { signal } = this.#stopping;
    this.#bucket = bucketHandle(options.bus, "presence", Presence, { signal });
    this.#manifests = bucketHandle(options.bus, "manifests", ManifestDocument, { signal });
  }

  /** Begins. Resolves once the bridge can be seen, or the keeper has ended. */
  begin(): Promise<void> {
    this.#running ??= this.#run();
    return this.#firstPut.promise;
  }

  /** Puts it again, if anything but the time has changed. */
  changed(): void {
    if (this.#wake.signal.aborted || this.#running === undefined) return;
    if (!this.#announced || JSON.stringify(this.#options.presence()) !== this.#last) this.#wake.abort();
  }

  /** Puts all of it again: a server that came back may have lost what it had. */
  async announce(): Promise<void> {
    await pause(Math.random() * SPREAD_MS, this.#stopping.signal);
    this.#announced = false;
    this.changed();
  }

  async #run(): Promise<void> {
    for (let spacing = SPACING_MS; !this.#stopping.signal.aborted;) {
      const wake = this.#wake = new AbortController();
      const isPut = await this.#put();
      await pause(spacing, this.#stopping.signal);
      spacing = wake.signal.aborted ? Math.min(2 * spacing, MAX_SPACING_MS) : SPACING_MS;
      const wait = (isPut ? PRESENCE_INTERVAL_MS : RETRY_MS) * (1 - JITTER * Math.random());
      await pause(wait - spacing, wake.signal);
    }
    this.#firstPut.resolve();
  }

  async #put(): Promise<boolean> {
    const { presence, manifest, fence } = this.#options;
    const { app, bridge } = presence();
    if (!fence.valid()) return false;
    try {
      if (!this.#announced) {
        await this.#manifests.put(`${app}.${bridge}`, manifest);
        this.#announced = true;
      }
      const here = presence();
      this.#last = JSON.stringify(here);
      await this.#bucket.put(`${app}.${bridge}`, here);
      this.#firstPut.resolve();
      return true;
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        log.warn("{app}.{bridge} could not announce itself: {error}", { app, bridge, error });
      }
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#running;
    const { bus, presence } = this.#options;
    if (!bus.connected || this.#running === undefined) return;
    const { app, bridge, instance } = presence();
    try {
      // a put that was broken off may have been stored: what is there is asked for, and what is another's is left alone
      const bucket = bucketHandle(bus, "presence", Presence);
      const there = await bucket.get(`${app}.${bridge}`);
      if (there?.value.instance === instance) await bucket.delete(`${app}.${bridge}`, there.revision);
    } catch (error) {
      // it expires by itself; or another process with this id has put its own
      log.debug("{app}.{bridge} could not take its leave: {error}", { app, bridge, error });
    }
  }
}
