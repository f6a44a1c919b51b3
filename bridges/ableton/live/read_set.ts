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

/**
 * Every track, as many in one answer as are likely to fit.
 * @param clips how many clips a track had when it was last looked at; as many as there are scenes, unless it is known
 */
export async function readRows(
  live: LiveConnection,
  tracks: number,
  scenes: number,
  signal: AbortSignal,
  clips: (index: number) => number | undefined = () => undefined,
): Promise<TrackRow[]> {
  const rows: TrackRow[] = [];
  while (rows.length < tracks) {
    const from = rows.length;
    let [to, bytes] = [from, 0];
    // an empty slot is a byte for each of its properties
    while (to < tracks && (to === from || bytes < ROW_BYTES)) {
      bytes += 200 + scenes * OF_CLIP.length + (clips(to) ?? scenes) * 40;
      to++;
    }
    if (bytes > ROW_BYTES && to - from > 1) to--;
    const row = { from, to, scenes };
    rows.push(...await readRow(live, row, signal).catch((error) => readLongRow(live, row, signal, error)));
  }
  return rows;
}

/** Tracks whose clips do not fit into one answer: one by one, and each property of their clips by itself. */
async function readLongRow(live: LiveConnection, row: Row, signal: AbortSignal, error: unknown): Promise<TrackRow[]> {
  if (!isTooLong(error)) throw error;
  if (row.to - row.from > 1) {
    const rows: TrackRow[] = [];
    for (let from = row.from; from < row.to; from++) {
      const one = { ...row, from, to: from + 1 };
      rows.push(...await readRow(live, one, signal).catch((error) => readLongRow(live, one, signal, error)));
    }
    return rows;
  }
  const [track] = await readRow(live, { ...row, scenes: 0 }, signal, []);
  const columns: (readonly OscValue[])[] = [];
  for (const property of OF_CLIP) columns.push(await readColumn(live, row, property, signal));
  return [{ ...track!, clips: clipsOf(columns) }];
}

/** One property of a track's clips, behind the track's name, so that another track's answer is not taken for it. */
async function readColumn(
  live: LiveConnection,
  { from, scenes }: Row,
  property: string,
  signal: AbortSignal,
): Promise<readonly OscValue[]> {
  const args = [int(from), int(from + 1), "track.name", `clip.${property}`];
  try {
    const [name, ...values] = await live.values("/live/song/get/track_data", args, signal, { ids: 0, attempts: 3 });
    if (typeof name === "string" && values.length === scenes) return values;
  } catch (error) {
    if (!isTooLong(error)) throw error;
  }
  // not even this fits: its clips are not known to the bridge
  return Array<null>(scenes).fill(null);
}

/** Live cannot send it, and says so at best to nobody. */
export const isTooLong = (error: unknown): boolean =>
  error instanceof PatchbayError &&
  (error.code === "APP_UNRESPONSIVE" || (error.code === "COMMAND_FAILED" && /too long|Errno/i.test(error.message)));

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
async function readRow(
  live: LiveConnection,
  row: Row,
  signal: AbortSignal,
  ofClip: readonly string[] = OF_CLIP,
): Promise<TrackRow[]> {
  const { from, to, scenes } = row;
  for (let tries = 0; tries < TRIES; tries++) {
    const marks = 1 + (from + tries * 3) % 7;
    const names = [
      ...Array<string>(marks).fill("track.num_devices"),
      ...OF_TRACK.map((name) => `track.${name}`),
      ...ofClip.map((name) => `clip.${name}`),
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
    const columns = OF_CLIP.map(() => take(scenes));
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
      clips: clipsOf(columns),
      devices: deviceNames!.map((device, j): KnownDevice => ({
        name: String(device),
        class_name: String(classes![j]),
        type: Number(types![j]),
      })),
    });
  }
  return at === values.length ? rows : undefined;
}

const clipsOf = ([names = [], lengths = [], colors = [], midis = []]: (readonly OscValue[])[]) =>
  names.map((name, slot): KnownClip | null =>
    typeof name !== "string"
      ? null
      : { name, length: Number(lengths[slot]), color: Number(colors[slot]), midi: isTrue(midis[slot]) }
  );

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
