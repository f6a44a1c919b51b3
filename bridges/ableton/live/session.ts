/** One connection to one Live: what is known of its set, kept up by listeners and by looking again now and then. */
import type { AdapterHost, OscValue } from "@patchbay/bridge-kit";
import { pause } from "@patchbay/bridge-kit";
import { PatchbayError, type StateCause } from "@patchbay/contracts";
import type { LiveConnection } from "./connection.ts";
import { differences } from "./differences.ts";
import { Listening } from "./listening.ts";
import { emptySet, type KnownSet, type KnownTrack } from "./model.ts";
import {
  countScenes,
  countSends,
  countTracks,
  readLocators,
  readMixer,
  readRows,
  readScenes,
  readTransport,
  type TrackRow,
} from "./read_set.ts";
import { songListeners, trackListeners } from "./subscriptions.ts";

/** Meters and faders of more are not listened to: each is a datagram many times a second. */
export const MOST_LISTENED = 64;
/** What changes so soon after a command is its doing, in milliseconds. */
const AFTERMATH_MS = 500;
/** What a person does at once is told at once, in milliseconds. */
const GATHER_MS = 200;
const SECOND_SENDER = { answers: 5, withinMs: 10_000, againMs: 60_000 };

export interface LiveSessionOptions {
  /** Between two looks at the whole set, in milliseconds. @default 2_000 */
  lookMs?: number;
  /** A Live that is silent for so long was closed, in milliseconds: until then it may show a dialog. @default 60_000 */
  goneMs?: number;
}

export class LiveSession implements AsyncDisposable {
  known: KnownSet = emptySet();
  /** How many sends each track has, once that was found out: it takes an error to do so. */
  #sends: number | undefined;
  readonly live: LiveConnection;
  readonly host: AdapterHost;
  readonly listening: Listening;
  readonly listened: Record<string, { token: number; value: number | string | boolean | null }> = {};
  readonly #lookMs: number;
  readonly #goneMs: number;
  /** When something came from Live. */
  #heardAt = performance.now();
  readonly #stop = new AbortController();
  #looking: Promise<void> = Promise.resolve();
  #look: AbortController | undefined;
  /** Who reads or changes the set now: one at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #busy = 0;
  /** A command moves tracks, and takes care of their listeners itself. */
  #restructuring = false;
  #ours = 0;
  #trackTokens: number[][] = [];
  #edits = new Set<string>();
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #strange: number[] = [];
  #warnedAt = -Infinity;
  #lastErrorAt = -Infinity;

  constructor(live: LiveConnection, host: AdapterHost, { lookMs = 2_000, goneMs = 60_000 }: LiveSessionOptions = {}) {
    this.live = live;
    this.host = host;
    this.#lookMs = lookMs;
    this.#goneMs = goneMs;
    this.listening = new Listening(live);
  }

  /** Reads the whole set, and begins to listen. */
  async begin(signal: AbortSignal): Promise<void> {
    await this.refresh(signal);
    this.listening.start(songListeners(this));
    this.live.osc.send("/live/song/start_listen/beat");
    this.#listenFrom(0);
    this.#looking = this.#lookNowAndThen();
  }

  /** How many sends each track has. */
  get sends(): number {
    return this.#sends ?? 0;
  }

  /** Finds out anew how many sends there are, after return tracks came or went. */
  async countSends(signal: AbortSignal): Promise<number> {
    return this.#sends = await countSends(this.live, signal);
  }

  /** Alone with Live: a command, or a look at the set, which gives way. */
  async exclusively<T>(work: () => Promise<T>, { command = true }: { command?: boolean } = {}): Promise<T> {
    if (command) this.#look?.abort();
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    if (command) this.#busy++;
    try {
      return await work();
    } finally {
      if (command) {
        this.#busy--;
        this.#ours = performance.now() + AFTERMATH_MS;
      }
      resolve();
    }
  }

  /** What changes from now on for a while is Patchbay's doing. */
  expect(): void {
    this.#ours = Math.max(this.#ours, performance.now() + AFTERMATH_MS);
  }

  /** Everything anew. */
  async refresh(signal: AbortSignal): Promise<void> {
    const { live } = this;
    const [transport, tracks, scenes, names, locators] = await Promise.all([
      readTransport(live, signal),
      countTracks(live, signal),
      countScenes(live, signal),
      readScenes(live, signal),
      readLocators(live, signal),
    ]);
    const rows = await readRows(live, tracks, scenes, signal, this.#clipsOn);
    this.#sends ??= tracks === 0 ? undefined : await countSends(live, signal);
    this.known = { transport, tracks: await this.#withMixer(rows, signal), scenes: names, locators };
  }

  /** Tracks, clips and scenes anew; the mixer of tracks that are new here. @param from before this one no track has moved */
  async refreshTracks(signal: AbortSignal, { mixer = false }: { mixer?: boolean } = {}): Promise<void> {
    const { live, known } = this;
    const [tracks, scenes, names] = await Promise.all([
      countTracks(live, signal),
      countScenes(live, signal),
      readScenes(live, signal),
    ]);
    const rows = await readRows(live, tracks, scenes, signal, this.#clipsOn);
    const before = known.tracks.map(({ name }) => name);
    const { structure } = differences(known.tracks, rows);
    const now = mixer || structure ? await this.#withMixer(rows, signal) : undefined;
    known.scenes = names;
    known.tracks = now ?? rows.map((row, i) => merged(known.tracks[i]!, row));
    if (!structure || this.#restructuring) return;
    // somebody else's doing, seen by the way
    this.relisten();
    this.#tellTracks(before);
  }

  async refreshTransport(signal: AbortSignal): Promise<void> {
    this.known.transport = await readTransport(this.live, signal);
  }

  /** Does what moves tracks: those from this one on are listened to anew afterwards. */
  async restructure<T>(from: number, signal: AbortSignal, change: () => Promise<T>): Promise<T> {
    this.listening.stop(this.#trackTokens.splice(from).flat());
    await this.listening.settled;
    const before = this.known.tracks.map(({ name }) => name);
    this.#restructuring = true;
    try {
      return await change();
    } finally {
      await this.refreshTracks(signal, { mixer: true }).finally(() => this.#restructuring = false);
      this.#listenFrom(from);
      this.#tellTracks(before);
    }
  }

  /** Tracks came or went, and nobody says which. */
  relisten(): void {
    this.listening.forget(this.#trackTokens.splice(0).flat());
    this.#listenFrom(0);
  }

  /** A property of the set is another one, as a listener or an answer says. */
  changed(object: string, cause: StateCause = this.cause()): void {
    this.host.state(cause);
    if (cause === "human") this.#edited(object);
  }

  /** Whose doing it is that something changes now. */
  cause(): "command" | "human" {
    return this.#busy > 0 || performance.now() < this.#ours ? "command" : "human";
  }

  /** What comes unasked. */
  notified(address: string, args: readonly OscValue[]): void {
    this.#heardAt = performance.now();
    if (this.listening.take(args)) return;
    if (address === "/live/song/get/beat") {
      return this.host.channel("beat", { beat: Math.floor(Number(args.at(-1) ?? 0)) });
    }
    if (address === "/live/startup") return void this.#startedAnew();
    if (address === "/live/error") return this.#complained(String(args[0] ?? ""));
    if (address.includes("/get/")) this.#answeredToSomebody(address);
  }

  async #startedAnew(): Promise<void> {
    this.host.event("live_started", {});
    this.listening.forget(this.#trackTokens.splice(0).flat());
    this.live.osc.send("/live/song/start_listen/beat");
    this.listening.again();
    try {
      const { ended } = this.live;
      await this.exclusively(() => this.refresh(ended), { command: false });
      this.#listenFrom(0);
      this.host.state("application");
    } catch (error) {
      this.#lostBy(error);
    }
  }

  #complained(message: string): void {
    const now = performance.now();
    if (now - this.#lastErrorAt < 1_000) return;
    this.#lastErrorAt = now;
    this.host.event("live_error", { message: message.slice(0, 500) });
  }

  /** An answer that nobody here waits for: once it is a late one, often it is another program's. */
  #answeredToSomebody(address: string): void {
    const now = performance.now();
    this.#strange = [...this.#strange.filter((at) => now - at < SECOND_SENDER.withinMs), now];
    if (this.#strange.length < SECOND_SENDER.answers || now - this.#warnedAt < SECOND_SENDER.againMs) return;
    this.#warnedAt = now;
    this.host.event("second_sender", { address });
  }

  #edited(object: string): void {
    this.#edits.add(object);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      const objects = [...this.#edits].slice(0, 100);
      this.#edits.clear();
      this.host.event("human_edit", { objects, action: "edit" });
    }, GATHER_MS);
  }

  #listenFrom(from: number): void {
    const end = Math.min(this.known.tracks.length, MOST_LISTENED);
    for (let index = from; index < end; index++) {
      this.#trackTokens[index] = this.listening.start(trackListeners(this, index));
    }
  }

  async #lookNowAndThen(): Promise<void> {
    const stopped = AbortSignal.any([this.#stop.signal, this.live.ended]);
    for (let round = 1; !stopped.aborted; round++) {
      await pause(this.#lookMs, stopped);
      if (stopped.aborted) return;
      const look = this.#look = new AbortController();
      const signal = AbortSignal.any([stopped, look.signal]);
      try {
        // every tenth time the faders, too: a listener may have been lost
        await this.exclusively(() => this.#lookAgain(signal, round % 10 === 0), { command: false });
        this.#heardAt = performance.now();
      } catch (error) {
        if (!signal.aborted) this.#lostBy(error);
      }
    }
  }

  async #lookAgain(signal: AbortSignal, faders: boolean): Promise<void> {
    const { live, known } = this;
    signal.throwIfAborted();
    const [tracks, scenes, names, locators] = await Promise.all([
      countTracks(live, signal),
      countScenes(live, signal),
      readScenes(live, signal),
      readLocators(live, signal),
    ]);
    const rows = await readRows(live, tracks, scenes, signal, this.#clipsOn);
    const found = differences(known.tracks, rows);
    const before = known.tracks.map(({ name }) => name);
    const scenesBefore = JSON.stringify(known.scenes);
    if (found.structure) {
      const withMixer = await this.#withMixer(rows, signal);
      known.tracks = withMixer;
      // what moved by somebody else's hand cannot be stopped where it is now: it is not heard any more
      this.relisten();
      this.#tellTracks(before);
    } else {
      const fresh = faders ? await this.#withMixer(rows, signal) : rows.map((row, i) => merged(known.tracks[i]!, row));
      known.tracks = fresh;
    }
    known.scenes = names;
    if (scenesBefore !== JSON.stringify(names)) {
      this.host.event("scenes_changed", { scenes: names.length, names: names.slice(0, 200) });
      this.changed("scenes");
    }
    if (JSON.stringify(known.locators) !== JSON.stringify(locators)) {
      known.locators = locators;
      this.changed("locators");
    }
    if (found.clips.length > 0) this.host.event("clips_changed", { tracks: found.clips.slice(0, 200) });
    for (const name of [...found.clips, ...found.tracks, ...found.added, ...found.removed]) this.changed(name);
  }

  #tellTracks(before: readonly string[]): void {
    const now = this.known.tracks.map(({ name }) => name);
    const added = now.filter((name) => !before.includes(name));
    const removed = before.filter((name) => !now.includes(name));
    if (added.length + removed.length === 0 && now.length === before.length) return;
    this.host.event("tracks_changed", {
      added: added.slice(0, 200),
      removed: removed.slice(0, 200),
      tracks: now.length,
    });
  }

  /** How many clips a track had, for a guess at how long an answer about it is. */
  readonly #clipsOn = (index: number): number | undefined =>
    this.known.tracks[index]?.clips.filter((clip) => clip !== null).length;

  async #withMixer(rows: readonly TrackRow[], signal: AbortSignal): Promise<KnownTrack[]> {
    try {
      return await this.#readMixers(rows, signal);
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.code !== "COMMAND_FAILED" || rows.length === 0) throw error;
      // a person has deleted a return track, and with it a send
      await this.countSends(signal);
      return await this.#readMixers(rows, signal);
    }
  }

  async #readMixers(rows: readonly TrackRow[], signal: AbortSignal): Promise<KnownTrack[]> {
    return await Promise.all(rows.map(async ({ can_be_armed, ...row }, index) => ({
      ...row,
      meter: 0,
      ...await readMixer(this.live, index, { sends: this.sends, canBeArmed: can_be_armed }, signal),
    })));
  }

  #lostBy(error: unknown): void {
    if (this.#stop.signal.aborted || this.live.ended.aborted) return;
    const known = error instanceof PatchbayError
      ? error
      : PatchbayError.of("INTERNAL", String(error), { cause: error });
    // one that only refuses is there
    if (known.code !== "APP_UNRESPONSIVE") return void (this.#heardAt = performance.now());
    if (performance.now() - this.#heardAt < this.#goneMs) return;
    this.host.lost(PatchbayError.of("APP_NOT_CONNECTED", "Live does not answer any more: it was closed, or hangs", {
      cause: known,
      remedy: "Start Live; the bridge connects by itself.",
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#look?.abort();
    clearTimeout(this.#gathering);
    await this.#looking;
    if (this.live.ended.aborted) return;
    this.listening.stop([...this.#trackTokens.flat(), ...Object.values(this.listened).map(({ token }) => token)]);
    await this.listening.settled;
  }
}

const merged = (known: KnownTrack, { can_be_armed: _canBeArmed, ...row }: TrackRow): KnownTrack => ({
  ...known,
  ...row,
});
