/** Reads a set through what the published script gives: rows of tracks in few datagrams, the mixer track by track. */
import type { OscValue } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import type { LiveConnection } from "./connection.ts";
import type { KnownClip, KnownDevice, KnownSet, KnownTrack } from "./model.ts";
import { int } from "./properties.ts";

/** What is asked of each track, one value each. */
const OF_TRACK = [
  "name",
  "color",
  "mute",
  "solo",
  "can_be_armed",
  "has_midi_input",
  "is_foldable",
  "is_grouped",
  "playing_slot_index",
  "fired_slot_index",
] as const;
/** One value for each scene, nothing for an empty slot. */
const OF_CLIP = ["name", "length", "color", "is_midi_clip"] as const;
const OF_DEVICE = ["name", "class_name", "type"] as const;

/** An answer shall stay below what macOS sends in one datagram, in bytes. */
const ROW_BYTES = 5_000;

/** A row's tracks without what only the mixer knows. */
export type TrackRow = Omit<KnownTrack, "arm" | "volume" | "panning" | "sends" | "meter"> & { can_be_armed: boolean };

export async function readTransport(live: LiveConnection, signal: AbortSignal): Promise<KnownSet["transport"]> {
  const flag = (name: string) => live.flag("song", name, [], signal);
  const number = (name: string) => live.number("song", name, [], signal);
  const [
    playing,
    metronome,
    enabled,
    arrangement,
    session,
    overdub,
    tempo,
    songTime,
    numerator,
    denominator,
    start,
    length,
  ] = await Promise.all([
    flag("is_playing"),
    flag("metronome"),
    flag("loop"),
    flag("record_mode"),
    flag("session_record"),
    flag("arrangement_overdub"),
    number("tempo"),
    number("current_song_time"),
    number("signature_numerator"),
    number("signature_denominator"),
    number("loop_start"),
    number("loop_length"),
  ]);
  return {
    playing,
    tempo,
    song_time: songTime,
    signature: { numerator, denominator },
    metronome,
    loop: { enabled, start, length },
    recording: { arrangement, session, overdub },
  };
}

export const countTracks = async (live: LiveConnection, signal: AbortSignal): Promise<number> =>
  Number((await live.values("/live/song/get/num_tracks", [], signal))[0]);

export const countScenes = async (live: LiveConnection, signal: AbortSignal): Promise<number> =>
  Number((await live.values("/live/song/get/num_scenes", [], signal))[0]);

export async function readScenes(live: LiveConnection, signal: AbortSignal): Promise<string[]> {
  return (await live.values("/live/song/get/scenes/name", [], signal, { ids: 0 })).map(String);
}

export async function readLocators(live: LiveConnection, signal: AbortSignal): Promise<KnownSet["locators"]> {
  const flat = await live.values("/live/song/get/cue_points", [], signal, { ids: 0 });
  const found = Array.from({ length: Math.floor(flat.length / 2) }, (_, i) => ({
    name: String(flat[2 * i]),
    time: Number(flat[2 * i + 1]),
  }));
  return found.sort((a, b) => a.time - b.time);
}

/** Every track, as many in one answer as surely fit. */
export async function readRows(
  live: LiveConnection,
  tracks: number,
  scenes: number,
  signal: AbortSignal,
): Promise<TrackRow[]> {
  const size = Math.max(1, Math.floor(ROW_BYTES / (200 + scenes * 30)));
  const rows: TrackRow[] = [];
  for (let from = 0; from < tracks; from += size) {
    rows.push(...await readRow(live, { from, to: Math.min(tracks, from + size), scenes }, signal));
  }
  return rows;
}

interface Row {
  from: number;
  to: number;
  scenes: number;
}

/** So often is one asked for whose answer does not fit the question. */
const TRIES = 4;

/**
 * The answer repeats nothing of the question. A late answer to another one is told by its shape: `num_devices` leads each
 * track, and each question repeats it another number of times.
 */
async function readRow(live: LiveConnection, row: Row, signal: AbortSignal): Promise<TrackRow[]> {
  const { from, to, scenes } = row;
  for (let tries = 0; tries < TRIES; tries++) {
    const marks = 1 + (from + tries * 3) % 7;
    const names = [
      ...Array<string>(marks).fill("track.num_devices"),
      ...OF_TRACK.map((name) => `track.${name}`),
      ...OF_CLIP.map((name) => `clip.${name}`),
      ...OF_DEVICE.map((name) => `device.${name}`),
    ];
    const values = await live.values("/live/song/get/track_data", [int(from), int(to), ...names], signal, { ids: 0 });
    const parsed = parseRow(values, { count: to - from, scenes, marks });
    if (parsed !== undefined) return parsed;
    // whatever else is on its way has arrived after this
    await live.barrier(signal);
  }
  throw PatchbayError.of("COMMAND_FAILED", "Live answers for other tracks than were asked for", {
    remedy: "Somebody adds or removes tracks at this moment, or another program asks AbletonOSC, too: try again.",
  });
}

export function parseRow(
  values: readonly OscValue[],
  { count, scenes, marks }: { count: number; scenes: number; marks: number },
): TrackRow[] | undefined {
  let at = 0;
  const rows: TrackRow[] = [];
  const take = (length: number) => values.slice(at, at += length);
  for (let i = 0; i < count; i++) {
    const leading = take(marks);
    const devices = leading[0];
    if (typeof devices !== "number" || leading.some((one) => one !== devices)) return undefined;
    const [name, color, mute, solo, canBeArmed, midi, foldable, grouped, playing, fired] = take(OF_TRACK.length);
    if (typeof name !== "string" || typeof color !== "number") return undefined;
    const [clipNames, lengths, colors, midis] = OF_CLIP.map(() => take(scenes));
    const [deviceNames, classes, types] = OF_DEVICE.map(() => take(devices));
    rows.push({
      name,
      color,
      kind: isTrue(foldable) ? "group track" : isTrue(midi) ? "midi track" : "audio track",
      mute: isTrue(mute),
      solo: isTrue(solo),
      can_be_armed: isTrue(canBeArmed),
      grouped: isTrue(grouped),
      playing: Number(playing),
      fired: Number(fired),
      clips: clipNames!.map((clip, slot): KnownClip | null =>
        typeof clip !== "string" ? null : {
          name: clip,
          length: Number(lengths![slot]),
          color: Number(colors![slot]),
          midi: isTrue(midis![slot]),
        }
      ),
      devices: deviceNames!.map((device, j): KnownDevice => ({
        name: String(device),
        class_name: String(classes![j]),
        type: Number(types![j]),
      })),
    });
  }
  return at === values.length ? rows : undefined;
}

const isTrue = (value: OscValue | undefined) => value === true || value === 1;

/** How many sends each track has: nobody says, so that they are tried until one is not there. */
export async function countSends(live: LiveConnection, signal: AbortSignal): Promise<number> {
  for (let send = 0; send < 12; send++) {
    try {
      await live.values("/live/track/get/send", [int(0), int(send)], signal);
    } catch (error) {
      if (error instanceof PatchbayError && error.code === "COMMAND_FAILED") return send;
      throw error;
    }
  }
  return 12;
}

export async function readMixer(
  live: LiveConnection,
  index: number,
  { sends, canBeArmed }: { sends: number; canBeArmed: boolean },
  signal: AbortSignal,
): Promise<Pick<KnownTrack, "arm" | "volume" | "panning" | "sends">> {
  const send = async (at: number) =>
    Number((await live.values("/live/track/get/send", [int(index), int(at)], signal))[0]);
  const [arm, volume, panning, ...amounts] = await Promise.all([
    canBeArmed ? live.flag("track", "arm", [index], signal) : null,
    live.number("track", "volume", [index], signal),
    live.number("track", "panning", [index], signal),
    ...Array.from({ length: sends }, (_, at) => send(at)),
  ]);
  return { arm, volume, panning, sends: amounts };
}
