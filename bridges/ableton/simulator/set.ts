/** The simulated set with its history and its transport: what the handlers change, and what runs by the clock. */
import { clipLength, newDocument, type SimClip, type SimDocument, type SimTrack } from "./document.ts";
import { isHeard, tracksIn } from "./groups.ts";

/** A clip that plays, or waits for its beat. */
interface Playing {
  slot: number;
  /** Where the song was when it began, in beats. */
  since: number;
}

/** Beats of Live's launch quantizations, by their numbers; bars follow the time signature. */
const QUANTA: readonly (number | { bars: number })[] = [
  0,
  { bars: 8 },
  { bars: 4 },
  { bars: 2 },
  { bars: 1 },
  2,
  4 / 3,
  1,
  2 / 3,
  0.5,
  1 / 3,
  0.25,
  1 / 6,
  0.125,
];

const MOST_STEPS = 200;

/** What a set begins with: a document, and what of it plays or waits, by the track's place. */
export interface BeginningSet {
  document: SimDocument;
  isPlaying: boolean;
  playing: ReadonlyMap<number, number>;
  fired: ReadonlyMap<number, number>;
}

export class SimulatedSet {
  document: SimDocument;
  selectedTrack = 0;
  selectedScene = 0;
  selectedDevice = -1;
  /** The ids of the groups that are folded: how the set is looked at, which is no step of undo. */
  readonly folded = new Set<number>();
  isPlaying = false;
  songTime = 0;
  readonly #playing = new Map<number, Playing>();
  readonly #fired = new Map<number, number>();
  #undo: SimDocument[] = [];
  #redo: SimDocument[] = [];

  /** @param beginning a new set unless it is given */
  constructor(beginning?: BeginningSet) {
    this.document = beginning?.document ?? newDocument();
    this.isPlaying = beginning?.isPlaying ?? false;
    for (const [i, { id }] of this.document.tracks.entries()) {
      const [playing, fired] = [beginning?.playing.get(i), beginning?.fired.get(i)];
      if (playing !== undefined) this.#playing.set(id, { slot: playing, since: 0 });
      if (fired !== undefined) this.#fired.set(id, fired);
    }
  }

  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  get canRedo(): boolean {
    return this.#redo.length > 0;
  }

  /** One step of undo; a change that fails leaves none. */
  edit<T>(change: (document: SimDocument) => T): T {
    const before = structuredClone(this.document);
    const value = change(this.document);
    this.#undo.push(before);
    if (this.#undo.length > MOST_STEPS) this.#undo.shift();
    this.#redo = [];
    return value;
  }

  undo(): void {
    const before = this.#undo.pop();
    if (before === undefined) return;
    this.#redo.push(this.document);
    this.document = before;
  }

  redo(): void {
    const after = this.#redo.pop();
    if (after === undefined) return;
    this.#undo.push(this.document);
    this.document = after;
  }

  start(from?: number): void {
    if (from !== undefined) this.songTime = from;
    this.isPlaying = true;
  }

  stop(): void {
    this.isPlaying = false;
    this.#playing.clear();
    this.#fired.clear();
  }

  /** They start together: at the next quantum, or at once where nothing plays yet; a group's slot fires those in it. */
  fire(...slots: [track: SimTrack, slot: number][]): void {
    for (const [track, slot] of slots) {
      for (const one of [track, ...tracksIn(this.document, track)]) {
        if (!one.foldable) this.#fired.set(one.id, slot);
      }
    }
    if (!this.isPlaying) this.start();
    this.#launch(this.songTime, true);
  }

  stopTrack(track: SimTrack): void {
    for (const { id } of [track, ...tracksIn(this.document, track)]) {
      this.#playing.delete(id);
      this.#fired.delete(id);
    }
  }

  stopAll(): void {
    this.#playing.clear();
    this.#fired.clear();
  }

  /** The slot's index; -1 for none, as Live says it. */
  playingSlot({ id }: SimTrack): number {
    return this.#playing.get(id)?.slot ?? -1;
  }

  firedSlot({ id }: SimTrack): number {
    return this.#fired.get(id) ?? -1;
  }

  /** The clip that plays on a track, and where it is in its own beats. */
  playingClip(track: SimTrack): { clip: SimClip; position: number } | undefined {
    const playing = this.#playing.get(track.id);
    const clip = playing === undefined ? undefined : track.slots[playing.slot];
    if (playing === undefined || clip === null || clip === undefined) return undefined;
    const position = this.songTime - playing.since;
    const length = clipLength(clip);
    return { clip, position: clip.loop_start + (clip.looping ? position % length : position) };
  }

  /** Lets the song run. */
  advance(ms: number): void {
    if (!this.isPlaying) return;
    const { song } = this.document;
    let next = this.songTime + ms / 60_000 * song.tempo;
    const end = song.loop_start + song.loop_length;
    if (song.loop && this.songTime < end && next >= end) {
      const back = song.loop_length;
      next -= back;
      for (const playing of this.#playing.values()) playing.since -= back;
    }
    const before = this.songTime;
    this.songTime = next;
    this.#launch(before, false);
    for (const track of this.document.tracks) {
      const playing = this.#playing.get(track.id);
      const clip = playing === undefined ? undefined : track.slots[playing.slot];
      const over = clip && !clip.looping && playing !== undefined && next - playing.since >= clipLength(clip);
      if (playing !== undefined && (!clip || over)) this.#playing.delete(track.id);
    }
  }

  /** 0 to 1, by the notes that sound; audio clips sway with the beat, and a group has what its tracks have together. */
  meter(track: SimTrack): number {
    if (track.foldable) {
      const held = this.document.tracks.filter(({ group }) => group === track.id);
      return Math.min(1, held.reduce((sum, one) => sum + this.meter(one), 0) * track.volume / 0.85);
    }
    const found = this.isPlaying ? this.playingClip(track) : undefined;
    if (found === undefined || found.clip.muted || !isHeard(this.document, track)) return 0;
    const { clip, position } = found;
    const level = clip.midi
      ? clip.notes.filter(({ mute }) => !mute).reduce((sum, { start, duration, velocity }) => {
        const age = position - start;
        return age < 0 || age > duration ? sum : sum + velocity / 127 * Math.exp(-age / 2);
      }, 0)
      : clip.gain / 0.4 * (0.4 + 0.3 * Math.cos(position * Math.PI));
    return Math.min(1, level * 0.8 * track.volume / 0.85);
  }

  #launch(before: number, pressed: boolean): void {
    const { song, tracks } = this.document;
    const quantum = QUANTA[song.clip_trigger_quantization] ?? 4;
    const beats = typeof quantum === "number"
      ? quantum
      : quantum.bars * song.signature_numerator * 4 / song.signature_denominator;
    const alone = this.#playing.size === 0;
    const crossed = beats === 0 || Math.floor(before / beats) !== Math.floor(this.songTime / beats);
    if (pressed ? !(alone || beats === 0) : !crossed) return;
    const at = beats === 0 || pressed ? this.songTime : Math.floor(this.songTime / beats) * beats;
    for (const track of tracks) {
      const slot = this.#fired.get(track.id);
      if (slot === undefined) continue;
      this.#fired.delete(track.id);
      if (track.slots[slot]) this.#playing.set(track.id, { slot, since: at });
      else this.#playing.delete(track.id);
    }
  }
}
