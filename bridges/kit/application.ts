/** The connection to the application: opened again and again, and always able to say why it is in its state. */
import { type BridgeStatus, type ErrorCode, type Id, newId, PatchbayError } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { Adapter, AdapterHost } from "./adapter.ts";
import { type Backoff, backoffMs, pause } from "./supervision/backoff.ts";

/** `idle` is connected: whether something runs, the queue knows. */
export type ApplicationStatus = Exclude<BridgeStatus, "executing" | "draining">;

/** One time that the application was there. */
export interface Session<S> {
  /** A new one each time that the application was opened; the same where only the link to it was lost. Absent: it is not there. */
  readonly id?: Id | undefined;
  readonly adapter: Adapter<S>;
  readonly appVersion: string;
  /** Fires when the application is lost; its reason is the error. */
  readonly lost: AbortSignal;
}

export interface ApplicationOptions<S> {
  adapter: Adapter<S> | ((host: AdapterHost) => Adapter<S>);
  /** What an adapter gets, for one session. */
  host(session: Pick<AdapterHost, "signal" | "waiting" | "troubled" | "lost">): AdapterHost;
  title: string;
  onChange(): void;
  onConnected(): void;
  /** It could not be opened, was lost, or hangs: once for the same reason, for as long as it stays so. */
  onFailure?(error: PatchbayError): void;
  /** An application of the bridge's own has not started so often that it is only tried now and then. */
  onGivenUp?(error: PatchbayError): void;
  backoff?: Backoff;
  /** So many attempts in a row to start an application of the bridge's own, and it is tried every five minutes. @default 10 */
  restartLimit?: number;
}

const log = logger("bridge");
const BACKOFF: Backoff = { minMs: 250, maxMs: 30_000 };
const RESTART_LIMIT = 10;
/** Between attempts from then on. */
const GIVEN_UP: Backoff = { minMs: 5 * 60_000, maxMs: 5 * 60_000 };
/** A session that lasted for so long was a good one: the next wait is short again, in milliseconds. */
const STABLE_MS = 10_000;
/** How long an adapter may take to let go, in milliseconds. */
const CLOSE_MS = 15_000;

export class Application<S> implements AsyncDisposable {
  readonly #options: ApplicationOptions<S>;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #session: Session<S> | undefined;
  #known: { instance: string; id: Id } | undefined;
  #current: AbortController | undefined;
  #status: ApplicationStatus = "initializing";
  #reason: string;
  #code: ErrorCode | undefined;
  /** What was told last, while it is away. */
  #told: string | undefined;
  #ready = Promise.withResolvers<void>();
  /** What is wrong with an application that is there. */
  #trouble: string | undefined;
  /** Why it is not to be opened now. */
  #parked: string | undefined;
  /** Ends a wait: there is news of what is wanted. */
  #hurry = new AbortController();
  #attempt: Promise<unknown> = Promise.resolve();
  #owned = false;
  readonly #onFailure = new Set<(error: unknown) => void>();

  constructor(options: ApplicationOptions<S>) {
    this.#options = options;
    this.#reason = `opening ${options.title}`;
  }

  /** Opens it for the first time, and again whenever it is lost. */
  begin(): void {
    this.#running ??= this.#run();
  }

  get status(): ApplicationStatus {
    return this.#status;
  }

  get reason(): string {
    return this.#reason;
  }

  /** The error that is the reason, where one is. */
  get code(): ErrorCode | undefined {
    return this.#code;
  }

  get session(): Session<S> | undefined {
    return this.#session;
  }

  /** What is wrong with an application that is there: its main thread is silent. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Whether the bridge starts and ends it. Known from the first attempt on. */
  get owned(): boolean {
    return this.#owned;
  }

  /** Resolves once the application takes commands; rejects when the bridge stops. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** @throws {PatchbayError} `APP_NOT_CONNECTED`, with why */
  connected(): Session<S> {
    if (this.#session !== undefined && !this.#session.lost.aborted) return this.#session;
    throw PatchbayError.of("APP_NOT_CONNECTED", `${this.#options.title} is not connected: ${this.#reason}`, {
      context: { status: this.#status, started: false },
    });
  }

  /** Gives a session up that has become useless, unless another one has begun meanwhile. */
  lose(session: Session<S>, error: PatchbayError): void {
    if (this.#session?.lost === session.lost) this.#current?.abort(error);
  }

  /**
   * Opens it, where it was closed or given up; at once, where it waits for its next attempt.
   * @returns whether it was not there yet
   * @throws {PatchbayError} why the next attempt failed; more follow. The signal's reason
   */
  async start(signal: AbortSignal): Promise<boolean> {
    if (this.#session !== undefined) return false;
    this.#parked = undefined;
    this.#hurry.abort();
    const { promise: failed, reject } = Promise.withResolvers<never>();
    this.#onFailure.add(reject);
    try {
      await unlessAborted(Promise.race([this.ready, failed]), signal);
    } finally {
      this.#onFailure.delete(reject);
    }
    return true;
  }

  /** Closes it, until it is started again. @param why goes on after the title: `was stopped` @returns whether it was there */
  async stop(why: string): Promise<boolean> {
    const wasThere = this.#session !== undefined;
    const reason = `${this.#options.title} ${why}`;
    this.#parked = reason;
    this.#hurry.abort();
    this.#current?.abort(PatchbayError.of("APP_NOT_CONNECTED", reason));
    await this.#attempt;
    this.#changed("disconnected", reason);
    return wasThere;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted;) {
      const hurry = this.#hurry = new AbortController();
      if (this.#parked !== undefined) {
        failures = 0;
        await whenAborted(AbortSignal.any([signal, hurry.signal]));
        continue;
      }
      const attempt = this.#attempt = this.#once();
      const openedAt = await attempt;
      if (signal.aborted) return;
      if (this.#parked !== undefined) continue;
      const stable = openedAt !== undefined && performance.now() - openedAt >= STABLE_MS;
      failures = stable ? 1 : failures + 1;
      const limit = this.#options.restartLimit ?? RESTART_LIMIT;
      const givenUp = this.#owned && failures >= limit;
      const waitMs = backoffMs(givenUp ? 1 : failures, givenUp ? GIVEN_UP : this.#options.backoff ?? BACKOFF);
      if (givenUp) {
        const reason = `${this.#reason}; it failed ${failures} times in a row`;
        this.#changed("disconnected", reason, this.#code);
        if (failures === limit) {
          this.#options.onGivenUp?.(
            PatchbayError.of(this.#code ?? "APP_START_FAILED", reason, { context: { failures } }),
          );
        }
      }
      if (openedAt === undefined || givenUp) this.#reason += `; next attempt in ${Math.ceil(waitMs / 1000)} s`;
      this.#options.onChange();
      await pause(waitMs, AbortSignal.any([signal, hurry.signal]));
      // somebody asked for it: the count begins anew
      if (hurry.signal.aborted) failures = 0;
    }
  }

  /** Opens the application and stays until it is lost. Returns when it was opened, `undefined` where it was not. */
  async #once(): Promise<number | undefined> {
    const session = this.#current = new AbortController();
    const lost = (error: PatchbayError) => session.abort(error);
    const stop = () => session.abort(PatchbayError.of("APP_NOT_CONNECTED", "The bridge stops"));
    this.#stopping.signal.addEventListener("abort", stop, { once: true });
    const waiting = (reason: string) => {
      if (!session.signal.aborted && this.#session === undefined) this.#changed(this.#status, reason, this.#code);
    };
    const troubled = (reason: string | undefined) => {
      if (!session.signal.aborted && this.#session?.lost === session.signal) this.#troubled(reason);
    };
    const host = this.#options.host({ signal: session.signal, waiting, troubled, lost });
    let adapter: Adapter<S> | undefined;
    let openedAt: number | undefined;
    try {
      adapter = typeof this.#options.adapter === "function" ? this.#options.adapter(host) : this.#options.adapter;
      this.#owned = adapter.owned ?? false;
      const { appVersion, instance } = await unlessAborted(adapter.open(host), session.signal);
      openedAt = performance.now();
      this.#session = { id: this.#sessionId(instance), adapter, appVersion, lost: session.signal };
      this.#connectedTo(appVersion);
      this.#options.onConnected();
      this.#ready.resolve();
      await whenAborted(session.signal);
      throw session.signal.reason;
    } catch (error) {
      if (!session.signal.aborted) session.abort(error);
      this.#over(error, openedAt !== undefined);
    } finally {
      this.#stopping.signal.removeEventListener("abort", stop);
      if (adapter !== undefined) await this.#close(adapter);
    }
    return openedAt;
  }

  #sessionId(instance: string | undefined): Id {
    if (instance !== undefined && this.#known?.instance === instance) return this.#known.id;
    const id = newId();
    this.#known = instance === undefined ? undefined : { instance, id };
    return id;
  }

  #connectedTo(appVersion: string): void {
    this.#told = undefined;
    const { title } = this.#options;
    this.#changed("idle", `connected to ${appVersion === "unknown" ? title : `${title} ${appVersion}`}`);
  }

  #troubled(reason: string | undefined): void {
    this.#trouble = reason;
    if (reason !== undefined) {
      this.#tell(PatchbayError.of("APP_UNRESPONSIVE", reason));
      this.#changed("degraded", reason.slice(0, 400), "APP_UNRESPONSIVE");
    } else if (this.#session !== undefined) this.#connectedTo(this.#session.appVersion);
  }

  #over(error: unknown, wasOpen: boolean): void {
    this.#trouble = undefined;
    if (this.#session !== undefined) this.#ready = Promise.withResolvers();
    this.#session = undefined;
    if (this.#stopping.signal.aborted) return this.#changed("disconnected", "the bridge stops");
    if (this.#parked !== undefined) return this.#changed("disconnected", this.#parked);
    if (!wasOpen) { for (const fail of this.#onFailure) fail(error); }
    const why = error instanceof PatchbayError ? error.message : "an unexpected fault";
    log.warn("{title} is not connected: {error}", { title: this.#options.title, error });
    const failure = error instanceof PatchbayError ? error : PatchbayError.of("INTERNAL", why, { cause: error });
    this.#tell(failure);
    this.#changed(wasOpen ? "degraded" : "disconnected", why.slice(0, 400), failure.code);
  }

  #tell(failure: PatchbayError): void {
    const told = `${failure.code} ${failure.message}`;
    if (told === this.#told) return;
    this.#told = told;
    this.#options.onFailure?.(failure);
  }

  async #close(adapter: Adapter<S>): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`it takes longer than ${CLOSE_MS} ms`)), CLOSE_MS);
    try {
      await Promise.race([adapter.close(), late]);
    } catch (error) {
      log.error("{title} could not be let go: {error}", { title: this.#options.title, error });
    } finally {
      clearTimeout(timer);
    }
  }

  #changed(status: ApplicationStatus, reason: string, code?: ErrorCode): void {
    this.#status = status;
    this.#reason = reason;
    this.#code = code;
    this.#options.onChange();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    // whoever waits for it learns that it will not come; mostly nobody does
    this.#ready.promise.catch(() => {});
    this.#ready.reject(PatchbayError.of("APP_NOT_CONNECTED", `${this.#options.title} is not ready: the bridge stops`));
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** The promise, or the signal's reason where that comes first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: result, resolve, reject } = Promise.withResolvers<T>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  return result;
}
