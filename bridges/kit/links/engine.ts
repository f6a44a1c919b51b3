/** The links that end at one bridge: read from the bucket, run here, straight from their sources. */
import { checkLink } from "@patchbay/contracts/link-validation";
import {
  envelope,
  formatAddress,
  Link,
  type LinkId,
  type LinkReport,
  type ManifestDocument,
  manifestDocument,
  subjects,
} from "@patchbay/contracts";
import { type BucketChange, openBucket, send } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import type { Application, Session } from "../application.ts";
import type { BridgeOptions } from "../bridge_options.ts";
import type { BridgeSelf } from "../bridge_self.ts";
import type { CommandQueue } from "../command_queue.ts";
import type { Fence } from "../fence.ts";
import type { StateReporter } from "../state/reporter.ts";
import { backoffMs, pause } from "../supervision/backoff.ts";
import { type Clock, systemClock } from "./clock.ts";
import { LiveCommands } from "./live_commands.ts";
import { RunningLink } from "./running_link.ts";
import { LinkSources } from "./sources.ts";
import { StatusReporter } from "./status_reporter.ts";

const BACKOFF = { minMs: 250, maxMs: 30_000 };
/** So many statuses fit into one message. */
const REPORT_SIZE = 200;
const log = logger("bridge");

/** What it needs of its bridge. */
export interface LinkEngineParts<S> {
  readonly options: Pick<BridgeOptions<S>, "bus" | "manifest" | "bridge" | "stuckMs">;
  readonly self: Pick<BridgeSelf, "source">;
  readonly fence: Fence;
  readonly queue: CommandQueue;
  readonly state: Pick<StateReporter, "changed">;
  readonly application: Application<S>;
}

/** The part of a bridge that runs its links. */
export class LinkEngine<S = unknown> {
  readonly #parts: LinkEngineParts<S>;
  readonly #clock: Clock;
  readonly #sources: LinkSources;
  readonly #commands: LiveCommands<S>;
  readonly #reporter: StatusReporter;
  readonly #manifest: ManifestDocument;
  readonly #links = new Map<LinkId, { running: RunningLink; revision: number }>();
  readonly #ending = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #watching: Promise<void> | undefined;
  #session: Session<S> | undefined;

  constructor(parts: LinkEngineParts<S>, clock: Clock = systemClock) {
    const { options: { bus, manifest, stuckMs }, self: { source }, application, queue, fence, state } = parts;
    this.#parts = parts;
    this.#clock = clock;
    this.#sources = new LinkSources({ bus, clock, source });
    this.#manifest = manifestDocument(manifest);
    this.#commands = new LiveCommands({
      manifest,
      application,
      queue,
      fence,
      stuckMs,
      onChanged: () => state.changed("command"),
    });
    this.#reporter = new StatusReporter({
      clock,
      statuses: (now) => [...this.#links.values()].map(({ running }) => running.status(now)),
      send: (statuses) => this.#report(statuses),
    });
  }

  /** Does not wait for the bus: the links come when it is there. */
  start(): void {
    this.#watching = this.#watch();
  }

  async drain(): Promise<void> {
    this.#stop.abort();
    this.#reporter[Symbol.dispose]();
    for (const id of this.#links.keys()) this.#remove(id);
    await Promise.all([...this.#ending, this.#watching]);
    await this.#sources[Symbol.asyncDispose]();
  }

  changed(): void {
    const { session } = this.#parts.application;
    if (session === this.#session) return;
    this.#session = session;
    for (const { running } of this.#links.values()) running.applicationChanged();
    this.#reporter.changed();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted;) {
      try {
        for await (const change of await this.#changes()) {
          this.#take(change);
          failures = 0;
        }
      } catch (error) {
        if (signal.aborted) return;
        const { source } = this.#parts.self;
        log.warn("{source} cannot read its links: {error}", { source, error });
      }
      await pause(backoffMs(++failures, BACKOFF), signal);
    }
  }

  async #changes(): Promise<AsyncIterable<BucketChange<Link>>> {
    const { bus, manifest: { app }, bridge } = this.#parts.options;
    const { signal } = this.#stop;
    const bucket = await openBucket(bus, "links", Link, { signal });
    const here = new Set((await bucket.entries(`${app}.${bridge}.*`)).map(({ value }) => value.id));
    // what was deleted while nobody looked
    for (const id of this.#links.keys()) if (!here.has(id)) this.#remove(id);
    return bucket.watch({ filter: `${app}.${bridge}.*`, signal });
  }

  #take(change: BucketChange<Link>): void {
    if (change.kind === "ready") return;
    const { manifest: { app }, bridge } = this.#parts.options;
    const id = change.key.slice(`${app}.${bridge}.`.length);
    if (change.kind === "delete") this.#remove(id);
    else if (change.value.id === id && formatAddress(change.value.target) === `${app}.${bridge}`) {
      this.#put(change.value, change.revision);
    } else log.warn("ignored a link that says it is another one: {key}", { key: change.key });
    this.#reporter.changed();
  }

  #put(link: Link, revision: number): void {
    const before = this.#links.get(link.id);
    if (before?.revision === revision) return;
    this.#remove(link.id);
    const running = new RunningLink(link, {
      revision,
      clock: this.#clock,
      sources: this.#sources,
      away: () => this.#away(),
      apply: ({ target }, value, signal) => this.#commands.run(target, value, signal),
      fault: (each) => this.#fault(each),
      onChange: () => this.#reporter.changed(),
    }, before?.running.counts);
    this.#links.set(link.id, { running, revision });
  }

  #remove(id: LinkId): void {
    const link = this.#links.get(id);
    if (link === undefined) return;
    this.#links.delete(id);
    const ended = link.running[Symbol.asyncDispose]().finally(() => void this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  #away(): string | undefined {
    const { application, options: { manifest } } = this.#parts;
    return application.session === undefined ? `${manifest.title} is not connected: ${application.reason}` : undefined;
  }

  #fault(link: Link): string | undefined {
    const [issue] = checkLink(link, { target: this.#manifest });
    return issue === undefined ? undefined : `${issue.path.join(".")}: ${issue.message}`;
  }

  #report(statuses: LinkReport["links"]): void {
    const { options: { bus, manifest: { app }, bridge }, self: { source } } = this.#parts;
    for (let i = 0; i < statuses.length; i += REPORT_SIZE) {
      const payload: LinkReport = { app, bridge, links: statuses.slice(i, i + REPORT_SIZE) };
      send(bus, subjects.linkStatus(app, bridge), envelope({ type: "event", payload, source }));
    }
  }
}
