/** Playing, tempo, metronome, the loop and the place in the song. */
import type { transportCommands } from "../manifest/transport.ts";
import { QUANTIZATIONS } from "../manifest/transport.ts";
import { readTransport } from "../live/read_set.ts";
import { float } from "../live/properties.ts";
import type { LiveValue } from "../live/properties.ts";
import { change, type CommandContext, type HandlersOf } from "./context.ts";

const song = <V extends LiveValue>(context: CommandContext, property: string, value: V) =>
  change(context, "song", property, [], value);

async function playing({ live, signal, session }: CommandContext, method: string, wanted: boolean) {
  const before = await live.flag("song", "is_playing", [], signal);
  // sent again where it was lost: playing on is no harm
  await live.write(
    `/live/song/${method}`,
    [],
    { address: "/live/song/get/is_playing", args: [], equals: [wanted] },
    signal,
  );
  session.known.transport.playing = wanted;
  if (before !== wanted) {
    const { host, known } = session;
    host.event(wanted ? "playback_started" : "playback_stopped", { song_time: known.transport.song_time });
  }
  return { playing: wanted, was_playing: before };
}

/** Several properties of the song at once: those that are given, and what they all are afterwards and were before. */
async function several<K extends string>(
  { live, signal }: CommandContext,
  wanted: readonly (readonly [key: K, property: string, value: LiveValue | undefined])[],
) {
  const read = async () => {
    const pairs = await Promise.all(
      wanted.map(async ([key, property]) => [key, await live.get("song", property, [], signal)] as const),
    );
    return new Map<K, LiveValue | null>(pairs);
  };
  const previous = await read();
  for (const [, property, value] of wanted) {
    if (value !== undefined) await live.set("song", property, [], value, signal);
  }
  return { now: await read(), previous };
}

const flags = <K extends string>(values: ReadonlyMap<K, LiveValue | null>, key: K) => values.get(key) === true;
const numbers = <K extends string>(values: ReadonlyMap<K, LiveValue | null>, key: K) => Number(values.get(key) ?? 0);

async function jump(context: CommandContext, address: string, args: Parameters<CommandContext["live"]["call"]>[1]) {
  const { live, signal } = context;
  const previous = await live.number("song", "current_song_time", [], signal);
  await live.call(address, args, signal);
  return { previous, value: await live.number("song", "current_song_time", [], signal) };
}

/** A property, and another address for what the script calls a method. */
async function fire({ live, signal }: CommandContext, method: string) {
  await live.call(`/live/song/${method}`, [], signal);
  return { sent: true as const };
}

export const jumpBy = jump;

export const transportHandlers: HandlersOf<typeof transportCommands> = {
  get_transport: async ({ session, live, signal }) => session.known.transport = await readTransport(live, signal),
  play: (context) => playing(context, "start_playing", true),
  continue_playing: (context) => playing(context, "continue_playing", true),
  stop: (context) => playing(context, "stop_playing", false),
  set_tempo: async (context, { bpm }) => {
    const changed = await song(context, "tempo", bpm);
    context.session.known.transport.tempo = changed.value;
    return changed;
  },
  tap_tempo: async (context) => {
    await fire(context, "tap_tempo");
    return { tempo: await context.live.number("song", "tempo", [], context.signal) };
  },
  set_time_signature: async (context, { numerator, denominator }) => {
    const over = await song(context, "signature_numerator", numerator);
    const under = await song(context, "signature_denominator", denominator);
    return {
      numerator,
      denominator,
      previous: { numerator: over.previous, denominator: under.previous },
    };
  },
  set_metronome: (context, { enabled }) => song(context, "metronome", enabled),
  set_loop: async (context, { enabled, start, length }) => {
    const { now, previous } = await several(context, [
      ["start", "loop_start", start],
      ["length", "loop_length", length],
      ["enabled", "loop", enabled],
    ]);
    const shape = (values: typeof now) => ({
      enabled: flags(values, "enabled"),
      start: numbers(values, "start"),
      length: numbers(values, "length"),
    });
    return { ...shape(now), previous: shape(previous) };
  },
  set_song_time: async (context, { time }) => {
    const { live, signal } = context;
    // while it plays, what is read back has gone on
    const near = (values: readonly unknown[]) => Math.abs(Number(values[0]) - time) < 4;
    const previous = await live.number("song", "current_song_time", [], signal);
    const value = await live.write(
      "/live/song/set/current_song_time",
      [float(time)],
      { address: "/live/song/get/current_song_time", args: [], equals: near },
      signal,
    );
    return { value: Number(value), previous };
  },
  jump_by: (context, { beats }) => jump(context, "/live/song/jump_by", [float(beats)]),
  set_recording: async (context, { arrangement, session, overdub }) => {
    const { now, previous } = await several(context, [
      ["arrangement", "record_mode", arrangement],
      ["session", "session_record", session],
      ["overdub", "arrangement_overdub", overdub],
    ]);
    const shape = (values: typeof now) => ({
      arrangement: flags(values, "arrangement"),
      session: flags(values, "session"),
      overdub: flags(values, "overdub"),
    });
    return { ...shape(now), previous: shape(previous) };
  },
  set_punch: async (context, args) => {
    const { now, previous } = await several(context, [
      ["punch_in", "punch_in", args.punch_in],
      ["punch_out", "punch_out", args.punch_out],
    ]);
    const shape = (values: typeof now) => ({
      punch_in: flags(values, "punch_in"),
      punch_out: flags(values, "punch_out"),
    });
    return { ...shape(now), previous: shape(previous) };
  },
  set_launch_quantization: async (context, { quantization }) => {
    const { value, previous } = await song(context, "clip_trigger_quantization", QUANTIZATIONS.indexOf(quantization));
    return { value: QUANTIZATIONS[value] ?? "none", previous: QUANTIZATIONS[previous] ?? "none" };
  },
  set_groove: (context, { amount }) => song(context, "groove_amount", amount),
  set_scale: async (context, args) => {
    const { now, previous } = await several(context, [
      ["root_note", "root_note", args.root_note],
      ["scale", "scale_name", args.scale],
    ]);
    const shape = (values: typeof now) => ({
      root_note: numbers(values, "root_note"),
      scale: String(values.get("scale") ?? ""),
    });
    return { ...shape(now), previous: shape(previous) };
  },
  stop_all_clips: async (context) => {
    const stopped = context.session.known.tracks.filter(({ playing }) => playing >= 0).length;
    await fire(context, "stop_all_clips");
    return { stopped };
  },
  capture_midi: async (context) => {
    const { session, signal } = context;
    const count = () => session.known.tracks.reduce((sum, { clips }) => sum + clips.filter(Boolean).length, 0);
    const before = count();
    await fire(context, "capture_midi");
    await session.refreshTracks(signal);
    return { captured: count() > before };
  },
  re_enable_automation: (context) => fire(context, "re_enable_automation"),
  back_to_arrangement: async ({ live, signal }) => {
    live.send("song", "back_to_arranger", [], false);
    await live.barrier(signal);
    return { sent: true };
  },
};
