/** What the bridge listens to: the transport, and of each track the mixer, what plays, and the meter. */
import type { AdapterHost, OscValue } from "@patchbay/bridge-kit";
import type { StateCause } from "@patchbay/contracts";
import type { Listened } from "./listening.ts";
import type { KnownSet, KnownTrack } from "./model.ts";

/** Who keeps what is heard. */
export interface Subscriber {
  readonly host: AdapterHost;
  readonly known: KnownSet;
  /** A part of it is another one. */
  changed(object: string, cause?: StateCause): void;
}

const isTrue = (value: OscValue) => value === true || value === 1;

export function songListeners(session: Subscriber): Listened[] {
  const { host } = session;
  const song = (property: string, heard: (value: OscValue) => void): Listened => ({
    object: "/live/song",
    property,
    ids: [],
    heard,
  });
  /** A part of the transport that is in the state. */
  const part = (property: string, write: (value: OscValue) => boolean) =>
    song(property, (value) => {
      if (write(value)) session.changed(`song ${property}`);
    });
  const transport = () => session.known.transport;
  return [
    song("tempo", (value) => {
      const tempo = Number(value);
      host.channel("tempo", { bpm: tempo });
      if (transport().tempo === tempo) return;
      transport().tempo = tempo;
      host.event("tempo_changed", { tempo });
      session.changed("song tempo");
    }),
    song("is_playing", (value) => {
      const playing = isTrue(value);
      if (transport().playing === playing) return;
      transport().playing = playing;
      host.event(playing ? "playback_started" : "playback_stopped", { song_time: transport().song_time });
      session.changed("song playback");
    }),
    song("current_song_time", (value) => {
      transport().song_time = Number(value);
      host.channel("song_time", { beats: Number(value) });
    }),
    part("metronome", (value) => replace(transport(), "metronome", isTrue(value))),
    part("loop", (value) => replace(transport().loop, "enabled", isTrue(value))),
    part("loop_start", (value) => replace(transport().loop, "start", Number(value))),
    part("loop_length", (value) => replace(transport().loop, "length", Number(value))),
    part("signature_numerator", (value) => replace(transport().signature, "numerator", Number(value))),
    part("signature_denominator", (value) => replace(transport().signature, "denominator", Number(value))),
    part("record_mode", (value) => replace(transport().recording, "arrangement", isTrue(value))),
    part("session_record", (value) => replace(transport().recording, "session", isTrue(value))),
    part("arrangement_overdub", (value) => replace(transport().recording, "overdub", isTrue(value))),
  ];
}

export function trackListeners(session: Subscriber, index: number): Listened[] {
  const track = () => session.known.tracks[index];
  const on = (property: string, heard: (value: OscValue, track: KnownTrack) => void): Listened => ({
    object: "/live/track",
    property,
    ids: [index],
    heard: (value) => {
      const known = track();
      if (known !== undefined) heard(value, known);
    },
  });
  const part = (property: string, write: (value: OscValue, track: KnownTrack) => boolean) =>
    on(property, (value, known) => {
      if (write(value, known)) session.changed(known.name);
    });
  return [
    part("mute", (value, known) => replace(known, "mute", isTrue(value))),
    part("solo", (value, known) => replace(known, "solo", isTrue(value))),
    ...track()?.arm === null ? [] : [part("arm", (value, known) => replace(known, "arm", isTrue(value)))],
    part("volume", (value, known) => replace(known, "volume", Number(value))),
    part("panning", (value, known) => replace(known, "panning", Number(value))),
    on("playing_slot_index", (value, known) => {
      const before = known.playing;
      if (!replace(known, "playing", Number(value))) return;
      tellClip(session, "clip_stopped", index, before);
      tellClip(session, "clip_launched", index, known.playing);
      session.changed(known.name, "application");
    }),
    on("fired_slot_index", (value, known) => {
      if (replace(known, "fired", Number(value))) session.changed(known.name, "application");
    }),
    on("output_meter_level", (value, known) => {
      known.meter = Number(value);
      tellMeters(session);
    }),
  ];
}

function tellClip({ host, known }: Subscriber, event: string, index: number, slot: number): void {
  const track = known.tracks[index];
  if (slot < 0 || track === undefined) return;
  const clip = track.clips[slot]?.name ?? "";
  host.event(event, { track: track.name, number: index + 1, scene: slot + 1, clip });
}

const MOST_METERS = 64;

function tellMeters({ host, known }: Subscriber): void {
  const tracks: Record<string, { level: number }> = {};
  let peak = 0;
  for (const { name, meter } of known.tracks.slice(0, MOST_METERS)) {
    // of two tracks with one name the louder one is shown
    tracks[name] = { level: Math.max(meter, tracks[name]?.level ?? 0) };
    peak = Math.max(peak, meter);
  }
  host.channel("track_meters", { tracks, peak });
}

/** Whether it is another value than before. */
function replace<T, K extends keyof T>(target: T, key: K, value: T[K]): boolean {
  if (target[key] === value) return false;
  target[key] = value;
  return true;
}
