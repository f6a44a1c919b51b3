/** Clips of the session: make, launch, name, loop, warp. */
import { PatchbayError } from "@patchbay/contracts";
import { clipsOf, clipSummary, colorNumber, hexColor } from "../live/model.ts";
import { float, int, type LiveValue } from "../live/properties.ts";
import { type clipCommands, LAUNCH_MODE_NAMES, WARP_MODES } from "../manifest/clips.ts";
import type { ClipRef, SceneRef, TrackRef } from "../manifest/values.ts";
import { change, type CommandContext, type HandlersOf } from "./context.ts";
import { findClip, findScene, findTrack, type FoundClip } from "./lookup.ts";
import { clipPlace } from "./notes.ts";
import { addScene } from "./scenes.ts";

interface Address {
  track?: TrackRef | undefined;
  clip: ClipRef;
}

async function setOnClip<V extends LiveValue>(
  context: CommandContext,
  address: Address,
  property: string,
  value: V,
  options: { loose?: boolean } = {},
) {
  const found = await findClip(context, address);
  const changed = await change(context, "clip", property, [found.index, found.slot], value, options);
  return { found, ...clipPlace(found), ...changed };
}

/** Several properties in their order, and what they all are afterwards and were before. */
async function several<T>(
  context: CommandContext,
  found: FoundClip,
  wanted: readonly (readonly [property: string, value: LiveValue | undefined])[],
  shape: (values: ReadonlyMap<string, LiveValue | null>) => T,
): Promise<{ value: T; previous: T }> {
  const { live, signal } = context;
  const ids = [found.index, found.slot];
  const read = async () => {
    const pairs = wanted.map(async ([property]) => [property, await live.get("clip", property, ids, signal)] as const);
    return shape(new Map(await Promise.all(pairs)));
  };
  const previous = await read();
  for (const [property, value] of wanted) if (value !== undefined) await live.set("clip", property, ids, value, signal);
  return { value: await read(), previous };
}

/** A start is never behind its end on the way: which one goes first follows from where both are going. */
function edges(
  names: [start: string, end: string],
  to: { start?: number | undefined; end?: number | undefined },
  endNow: number,
) {
  const [start, end] = names;
  const pairs = [[start, to.start], [end, to.end]] as const;
  return to.start !== undefined && to.start >= endNow ? pairs.toReversed() : pairs;
}

function onlyAudio({ clip }: FoundClip): void {
  if (clip.midi) throw PatchbayError.of("COMMAND_FAILED", `'${clip.name}' is a MIDI clip: it has no audio to change`);
}

const numbers = (values: ReadonlyMap<string, LiveValue | null>, key: string) => Number(values.get(key) ?? 0);
const flags = (values: ReadonlyMap<string, LiveValue | null>, key: string) => values.get(key) === true;

/** The slot that is meant, or the first empty one; a scene is added where there is none. */
async function emptySlot(context: CommandContext, index: number, scene: SceneRef | undefined): Promise<number> {
  const { session } = context;
  if (scene !== undefined) return await findScene(context, scene);
  const free = session.known.tracks[index]?.clips.findIndex((clip) => clip === null) ?? -1;
  return free === -1 ? (await addScene(context, undefined)).index : free;
}

/** Makes an empty MIDI clip in an empty slot. */
export async function createClip(
  context: CommandContext,
  { index, slot, length }: { index: number; slot: number; length: number },
): Promise<void> {
  const { live, signal, session } = context;
  const ids = [int(index), int(slot)];
  await live.once("/live/clip_slot/create_clip", [...ids, float(length)], async () => {
    const [has] = await live.values("/live/clip_slot/get/has_clip", ids, signal);
    return has === true || has === 1 ? true : undefined;
  }, signal);
  await session.refreshTracks(signal);
}

export async function deleteClipAt(
  { live, signal, session }: CommandContext,
  index: number,
  slot: number,
): Promise<void> {
  const ids = [int(index), int(slot)];
  await live.once("/live/clip_slot/delete_clip", ids, async () => {
    const [has] = await live.values("/live/clip_slot/get/has_clip", ids, signal);
    return has === true || has === 1 ? undefined : true;
  }, signal);
  await session.refreshTracks(signal);
}

export const clipHandlers: HandlersOf<typeof clipCommands> = {
  list_clips: async (context, { track: ref }) => {
    const { session, signal } = context;
    await session.refreshTracks(signal);
    const only = ref === undefined ? undefined : (await findTrack(context, ref)).index;
    return {
      clips: session.known.tracks.flatMap((track, index) =>
        only !== undefined && only !== index
          ? []
          : clipsOf(track).map((clip) => ({ ...clip, track: index + 1, track_name: track.name }))
      ),
    };
  },
  get_clip: async (context, address) => {
    const { live, signal } = context;
    const found = await findClip(context, address);
    const { track, clip, index, slot } = found;
    const ids = [index, slot];
    const number = (property: string) => live.number("clip", property, ids, signal);
    const flag = (property: string) => live.flag("clip", property, ids, signal);
    const audio = async <T>(read: () => Promise<T>) => clip.midi ? null : await read();
    const [
      muted,
      looping,
      start,
      end,
      startMarker,
      endMarker,
      mode,
      quantization,
      legato,
      amount,
      gain,
      warping,
      warpMode,
      pitch,
      file,
    ] = await Promise.all([
      flag("muted"),
      flag("looping"),
      number("loop_start"),
      number("loop_end"),
      number("start_marker"),
      number("end_marker"),
      number("launch_mode"),
      number("launch_quantization"),
      flag("legato"),
      number("velocity_amount"),
      audio(() => number("gain")),
      audio(() => flag("warping")),
      audio(() => number("warp_mode")),
      audio(async () => ({ semitones: await number("pitch_coarse"), cents: await number("pitch_fine") })),
      audio(() => live.text("clip", "file_path", ids, signal)),
    ]);
    return {
      ...clipSummary(track, clip, slot),
      track: index + 1,
      track_name: track.name,
      muted,
      loop: { looping, start, end },
      start_marker: startMarker,
      end_marker: endMarker,
      gain,
      warping,
      warp_mode: warpMode === null ? null : WARP_MODES[warpMode] ?? null,
      pitch,
      launch_mode: LAUNCH_MODE_NAMES[mode] ?? "trigger",
      launch_quantization: quantization,
      legato,
      velocity_amount: amount,
      // where it lies on that machine is nobody's business
      file: file === null ? null : file.split(/[\\/]/).at(-1) ?? "",
    };
  },
  create_clip: async (context, { track: ref, scene, length, name, color }) => {
    const { live, signal, session } = context;
    const { index, track } = await findTrack(context, ref);
    if (track.kind !== "midi track") {
      throw PatchbayError.of("COMMAND_FAILED", `Cannot make a clip on '${track.name}': it is no MIDI track`);
    }
    const slot = await emptySlot(context, index, scene);
    const there = session.known.tracks[index]?.clips[slot];
    if (there) {
      throw PatchbayError.of("CONFLICT", `Scene ${slot + 1} of '${track.name}' has a clip already: '${there.name}'`);
    }
    await createClip(context, { index, slot, length });
    const ids = [index, slot];
    // without a name nobody could speak of it
    const called = await live.set("clip", "name", ids, name ?? `${track.name} ${slot + 1}`, signal);
    if (color !== undefined) await live.set("clip", "color", ids, colorNumber(color), signal, { loose: true });
    await session.refreshTracks(signal);
    return { name: String(called), track: index + 1, scene: slot + 1, length };
  },
  fire_clip: async (context, address) => {
    const found = await findClip(context, address);
    await context.live.call("/live/clip/fire", [int(found.index), int(found.slot)], context.signal);
    return clipPlace(found);
  },
  stop_clip: async (context, address) => {
    const found = await findClip(context, address);
    await context.live.call("/live/clip/stop", [int(found.index), int(found.slot)], context.signal);
    return clipPlace(found);
  },
  delete_clip: async (context, address) => {
    const found = await findClip(context, address);
    await deleteClipAt(context, found.index, found.slot);
    return clipPlace(found);
  },
  duplicate_clip: async (context, { track, clip, to_track, to_scene, replace }) => {
    const { live, signal, session } = context;
    const found = await findClip(context, { track, clip });
    const index = to_track === undefined ? found.index : (await findTrack(context, to_track)).index;
    const slot = await emptySlot(context, index, to_scene);
    const there = session.known.tracks[index]?.clips[slot];
    if (there && !replace) {
      throw PatchbayError.of("CONFLICT", `Scene ${slot + 1} of that track has a clip already: '${there.name}'`, {
        remedy: "Name another scene, or say `replace`.",
      });
    }
    const to = [int(index), int(slot)];
    await live.call("/live/clip_slot/duplicate_clip_to", [int(found.index), int(found.slot), ...to], signal);
    await session.refreshTracks(signal);
    const copy = session.known.tracks[index]?.clips[slot];
    if (!copy) throw PatchbayError.of("COMMAND_FAILED", "The clip was to be copied, and the slot is still empty");
    return { name: copy.name, track: index + 1, scene: slot + 1 };
  },
  double_loop: async (context, address) => {
    const { live, signal, session } = context;
    const found = await findClip(context, address);
    const ids = [found.index, found.slot];
    const before = await live.number("clip", "length", ids, signal);
    const length = await live.once("/live/clip/duplicate_loop", ids.map(int), async () => {
      const now = await live.number("clip", "length", ids, signal);
      return now > before ? now : undefined;
    }, signal);
    await session.refreshTracks(signal);
    return { ...clipPlace(found), length };
  },
  rename_clip: async (context, { name, ...address }) => {
    const { found, ...changed } = await setOnClip(context, address, "name", name);
    found.clip.name = changed.value;
    return { ...changed, name: changed.value };
  },
  set_clip_color: async (context, { color, ...address }) => {
    const { found, ...changed } = await setOnClip(context, address, "color", colorNumber(color), { loose: true });
    found.clip.color = changed.value;
    return { ...changed, value: hexColor(changed.value), previous: hexColor(changed.previous) };
  },
  set_clip_loop: async (context, { looping, start, end, ...address }) => {
    const { live, signal, session } = context;
    const found = await findClip(context, address);
    const endNow = await live.number("clip", "loop_end", [found.index, found.slot], signal);
    const changed = await several(
      context,
      found,
      [["looping", looping], ...edges(["loop_start", "loop_end"], { start, end }, endNow)],
      (values) => ({
        looping: flags(values, "looping"),
        start: numbers(values, "loop_start"),
        end: numbers(values, "loop_end"),
      }),
    );
    await session.refreshTracks(signal);
    return { ...clipPlace(found), ...changed };
  },
  set_clip_markers: async (context, { start, end, ...address }) => {
    const { live, signal } = context;
    const found = await findClip(context, address);
    const endNow = await live.number("clip", "end_marker", [found.index, found.slot], signal);
    const changed = await several(
      context,
      found,
      edges(["start_marker", "end_marker"], { start, end }, endNow),
      (values) => ({ start: numbers(values, "start_marker"), end: numbers(values, "end_marker") }),
    );
    return { ...clipPlace(found), ...changed };
  },
  mute_clip: async (context, { muted, ...address }) => {
    const { found: _found, ...changed } = await setOnClip(context, address, "muted", muted);
    return changed;
  },
  set_clip_gain: async (context, { gain, ...address }) => {
    onlyAudio(await findClip(context, address));
    const { found: _found, ...changed } = await setOnClip(context, address, "gain", gain);
    return changed;
  },
  set_clip_warp: async (context, { warping, mode, ...address }) => {
    const found = await findClip(context, address);
    onlyAudio(found);
    const wanted = mode === undefined ? undefined : WARP_MODES.indexOf(mode);
    const changed = await several(context, found, [["warping", warping], ["warp_mode", wanted]], (values) => ({
      warping: flags(values, "warping"),
      mode: WARP_MODES[numbers(values, "warp_mode")] ?? "beats",
    }));
    return { ...clipPlace(found), ...changed };
  },
  set_clip_pitch: async (context, { semitones, cents, ...address }) => {
    const found = await findClip(context, address);
    onlyAudio(found);
    const changed = await several(context, found, [["pitch_coarse", semitones], ["pitch_fine", cents]], (values) => ({
      semitones: numbers(values, "pitch_coarse"),
      cents: numbers(values, "pitch_fine"),
    }));
    return { ...clipPlace(found), ...changed };
  },
  set_clip_launch: async (context, { mode, legato, velocity_amount, ...address }) => {
    const found = await findClip(context, address);
    const wanted = mode === undefined ? undefined : LAUNCH_MODE_NAMES.indexOf(mode);
    const changed = await several(
      context,
      found,
      [["launch_mode", wanted], ["legato", legato], ["velocity_amount", velocity_amount]],
      (values) => ({
        mode: LAUNCH_MODE_NAMES[numbers(values, "launch_mode")] ?? "trigger",
        legato: flags(values, "legato"),
        velocity_amount: numbers(values, "velocity_amount"),
      }),
    );
    return { ...clipPlace(found), ...changed };
  },
};
