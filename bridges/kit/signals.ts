/** Events and channels of an application, checked against its manifest. */
import {
  type AppEvent,
  type AppManifest,
  type BridgeId,
  type ChannelSample,
  envelope,
  type Id,
  type JsonObject,
  MAX_INLINE_BYTES,
  type SignalDefinition,
  subjects,
} from "@patchbay/contracts";
import { type Bus, send } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import type { Spool } from "./spool/spool.ts";

export interface SignalsOptions {
  bus: Bus;
  spool: Spool;
  manifest: AppManifest;
  bridge: BridgeId;
  source: string;
}

/** A command that the application is busy with. */
export interface Cause {
  id: Id;
  correlationId: Id;
}

const log = logger("bridge");

/** What the manifest does not declare, or what does not fit it, is logged and goes no further. */
export class Signals implements Disposable {
  readonly #options: SignalsOptions;
  readonly #paces = new Map<string, Pace>();
  readonly #sequences = new Map<string, number>();
  #cause: Cause | undefined;

  constructor(options: SignalsOptions) {
    this.#options = options;
  }

  /**
   * The events that come before this is disposed are taken for what the command does: they carry its correlation, and its
   * id as their cause. A person's doing at the same time cannot be told apart.
   */
  during(cause: Cause): Disposable {
    this.#cause = cause;
    return {
      [Symbol.dispose]: () => {
        if (this.#cause === cause) this.#cause = undefined;
      },
    };
  }

  /** Into the stream of events. */
  event(event: string, data: unknown, at: number): void {
    const { manifest, bridge, source, spool } = this.#options;
    const checked = this.#check("event", event, manifest.events, data);
    if (checked === undefined) return;
    const payload: AppEvent = { app: manifest.app, bridge, event, at: Math.floor(at), data: checked.value };
    const of = this.#cause === undefined
      ? {}
      : { correlationId: this.#cause.correlationId, causationId: this.#cause.id };
    spool.add(subjects.event(manifest.app, bridge, event), envelope({ type: "event", payload, source, ...of }));
  }

  /** What the bridge says of itself: every bridge has these events, beside its manifest's. */
  ownEvent(event: "bridge_status" | "bridge_failure", data: JsonObject): void {
    const { manifest, bridge, source, spool } = this.#options;
    const payload: AppEvent = { app: manifest.app, bridge, event, at: Date.now(), data };
    spool.add(subjects.event(manifest.app, bridge, event), envelope({ type: "event", payload, source }));
  }

  /** To whoever listens now: the first value at once, then the last one at each tick of the channel's rate. */
  channel(channel: string, value: unknown, at: number): void {
    const { bus, manifest, bridge, source } = this.#options;
    const checked = this.#check("channel", channel, manifest.channels, value);
    if (checked === undefined) return;
    const rateHz = manifest.channels[channel]?.rateHz ?? 1;
    const pace = this.#paces.get(channel) ?? new Pace(1000 / rateHz);
    this.#paces.set(channel, pace);
    pace.run(() => {
      const seq = (this.#sequences.get(channel) ?? 0) + 1;
      this.#sequences.set(channel, seq);
      const payload: ChannelSample = { app: manifest.app, bridge, channel, at, seq, value: checked.value };
      send(bus, subjects.channel(manifest.app, bridge, channel), envelope({ type: "event", payload, source }));
    });
  }

  #check(
    kind: "event" | "channel",
    name: string,
    declared: Record<string, SignalDefinition>,
    data: unknown,
  ): { value: unknown } | undefined {
    const refuse = (why: string) => {
      log.warn("{source} sent the {kind} '{name}', which {why}", { source: this.#options.source, kind, name, why });
      return undefined;
    };
    const definition = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (definition === undefined) return refuse("its manifest does not declare");
    const parsed = definition.schema.safeParse(data);
    if (!parsed.success) return refuse(`does not fit its manifest: ${parsed.error.issues[0]?.message}`);
    const value = parsed.data ?? null;
    return JSON.stringify(value).length > MAX_INLINE_BYTES ? refuse("is too large") : { value };
  }

  [Symbol.dispose](): void {
    for (const pace of this.#paces.values()) pace[Symbol.dispose]();
  }
}

/** Runs at most once in an interval, and then what was asked for last. */
class Pace implements Disposable {
  readonly #intervalMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #next: (() => void) | undefined;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  run(action: () => void): void {
    if (this.#timer !== undefined) {
      this.#next = action;
      return;
    }
    action();
    this.#timer = setTimeout(() => {
      const next = this.#next;
      this.#timer = this.#next = undefined;
      if (next !== undefined) this.run(next);
    }, this.#intervalMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
