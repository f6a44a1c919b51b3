/** Tracks: make, name, remove, and how they are routed. */
import { PatchbayError } from "@patchbay/contracts";
import { colorNumber, hexColor, type KnownTrack, trackSummary } from "../live/model.ts";
import { int, type LiveValue } from "../live/properties.ts";
import { countTracks } from "../live/read_set.ts";
import { MONITORING, type trackCommands } from "../manifest/tracks.ts";
import { change, type CommandContext, type HandlersOf } from "./context.ts";
import { expectCount, findTrack, type FoundTrack } from "./lookup.ts";
import type { TrackRef } from "../manifest/values.ts";

/** One property of a track, kept in what is known. */
export async function setOnTrack<V extends LiveValue>(
  context: CommandContext,
  ref: TrackRef,
  property: string,
  value: V,
  options: { loose?: boolean } = {},
): Promise<{ track: string; number: number; value: V; previous: V; index: number }> {
  const { index, track } = await findTrack(context, ref);
  const changed = await change(context, "track", property, [index], value, options);
  return { track: track.name, number: index + 1, index, ...changed };
}

async function createReturn({ session, live, signal }: CommandContext) {
  const before = session.sends;
  const found = await live.once("/live/song/create_return_track", [], async () => {
    const now = await session.countSends(signal);
    return now > before ? now : undefined;
  }, signal);
  await session.refreshTracks(signal, { mixer: true });
  return { name: `Return ${String.fromCharCode(64 + found)}`, number: found, kind: "return" as const };
}

async function deleteReturn({ session, live, signal }: CommandContext, ref: TrackRef) {
  const number = Number(ref);
  const before = session.sends;
  if (!Number.isInteger(number) || number < 1 || number > before) {
    throw PatchbayError.of("NOT_FOUND", `There is no return track number ${ref}: there are ${before}`, {
      remedy: "Return tracks are addressed by the number of their send: 1 is A.",
    });
  }
  await live.once("/live/song/delete_return_track", [int(number - 1)], async () => {
    const now = await session.countSends(signal);
    return now < before ? now : undefined;
  }, signal);
  await session.refreshTracks(signal, { mixer: true });
  return { name: `Return ${String.fromCharCode(64 + number)}`, number };
}

/**
 * Sends what changes how many tracks there are, once, and waits until that is so.
 * @param group how many more there may be at most that come or go with the one @returns how many came or went
 */
async function counted(
  context: CommandContext,
  address: string,
  args: number[],
  by: 1 | -1,
  group = 0,
): Promise<number> {
  const { session, live, signal } = context;
  const before = session.known.tracks.length;
  const now = await live.once(address, args.map(int), async () => {
    const count = await countTracks(live, signal);
    return count === before ? undefined : count;
  }, signal);
  const changed = (now - before) * by;
  if (changed < 1 || changed > 1 + group) expectCount("tracks", now, before + by * (1 + group));
  return changed;
}

/** At most so many tracks are in a group: a group in a group does not say which of those behind it are its own. */
function mostIn({ session: { known: { tracks } } }: CommandContext, index: number): number {
  if (tracks[index]?.kind !== "group track") return 0;
  const next = tracks.findIndex(({ grouped }, at) => at > index && !grouped);
  return (next === -1 ? tracks.length : next) - index - 1;
}

/** A new track, with a name and a colour where they are given. */
export async function createTrack(
  context: CommandContext,
  { kind, name, color, number }: { kind: "midi" | "audio"; name?: string; color?: string; number?: number },
): Promise<{ name: string; index: number }> {
  const { session, live, signal } = context;
  await session.refreshTracks(signal);
  const count = session.known.tracks.length;
  const index = number === undefined ? count : Math.min(number - 1, count);
  await session.restructure(index, signal, async () => {
    await counted(context, `/live/song/create_${kind}_track`, [index === count ? -1 : index], 1);
    if (name !== undefined) await live.set("track", "name", [index], name, signal);
    if (color !== undefined) await live.set("track", "color", [index], colorNumber(color), signal, { loose: true });
  });
  return { name: session.known.tracks[index]?.name ?? name ?? "", index };
}

export async function deleteTrackAt(context: CommandContext, index: number): Promise<void> {
  await context.session.restructure(
    index,
    context.signal,
    () => counted(context, "/live/song/delete_track", [index], -1, mostIn(context, index)),
  );
}

/** Groups are fed by their tracks: to ask for their input is an error that names nothing. */
const hasInput = ({ kind }: KnownTrack) => kind !== "group track";

async function routing({ live, signal }: CommandContext, { index, track }: FoundTrack) {
  const text = (property: string) =>
    property.startsWith("output") || hasInput(track) ? live.text("track", property, [index], signal) : "";
  const [inputType, inputChannel, outputType, outputChannel] = await Promise.all(
    ["input_routing_type", "input_routing_channel", "output_routing_type", "output_routing_channel"].map(text),
  );
  return {
    input_type: inputType!,
    input_channel: inputChannel!,
    output_type: outputType!,
    output_channel: outputChannel!,
  };
}

async function available({ live, signal }: CommandContext, index: number, what: string): Promise<string[]> {
  return (await live.values(`/live/track/get/available_${what}`, [int(index)], signal)).map(String);
}

const ROUTES = ["input_type", "input_channel", "output_type", "output_channel"] as const;

export const trackHandlers: HandlersOf<typeof trackCommands> = {
  list_tracks: async ({ session, signal }) => {
    await session.refreshTracks(signal, { mixer: true });
    return { tracks: session.known.tracks.map(trackSummary) };
  },
  get_track: async (context, { track: ref }) => {
    const { live, signal, session } = context;
    const { index, track } = await findTrack(context, ref);
    const arrangement = (what: string) =>
      live.values(`/live/track/get/arrangement_clips/${what}`, [int(index)], signal);
    const [monitoring, folded, left, right, names, lengths, starts] = await Promise.all([
      live.get("track", "current_monitoring_state", [index], signal),
      live.get("track", "fold_state", [index], signal),
      live.get("track", "output_meter_left", [index], signal),
      live.get("track", "output_meter_right", [index], signal),
      arrangement("name"),
      arrangement("length"),
      arrangement("start_time"),
    ]);
    return {
      ...trackSummary(session.known.tracks[index] ?? track, index),
      can_be_armed: track.arm !== null,
      monitoring: monitoring === null ? null : MONITORING[Number(monitoring)] ?? null,
      grouped: track.grouped,
      folded: typeof folded === "boolean" ? folded : null,
      playing_scene: track.playing < 0 ? null : track.playing + 1,
      meter: left === null ? null : { left: Number(left), right: Number(right) },
      arrangement_clips: names.slice(0, 500).map((name, i) => ({
        name: String(name),
        start: Number(starts[i]),
        length: Number(lengths[i]),
      })),
    };
  },
  create_track: async (context, { kind, name, color, number }) => {
    if (kind === "return") {
      if (name !== undefined || color !== undefined || number !== undefined) {
        throw PatchbayError.of("COMMAND_FAILED", "AbletonOSC cannot name, colour or place return tracks", {
          remedy: "Create it without a name, and name it in Live.",
        });
      }
      return await createReturn(context);
    }
    const given = { kind, ...(name && { name }), ...(color && { color }), ...(number && { number }) };
    const created = await createTrack(context, given);
    return { name: created.name, number: created.index + 1, kind };
  },
  delete_track: async (context, { track: ref, kind }) => {
    if (kind === "return") return await deleteReturn(context, ref);
    const { index, track } = await findTrack(context, ref);
    await deleteTrackAt(context, index);
    return { name: track.name, number: index + 1 };
  },
  duplicate_track: async (context, { track: ref }) => {
    const { session, signal } = context;
    const { index } = await findTrack(context, ref);
    const copied = await session.restructure(
      index + 1,
      signal,
      () => counted(context, "/live/song/duplicate_track", [index], 1, mostIn(context, index)),
    );
    const copy = index + copied;
    return { name: session.known.tracks[copy]?.name ?? "", number: copy + 1 };
  },
  rename_track: async (context, { track, name }) => {
    const { index, ...changed } = await setOnTrack(context, track, "name", name);
    const known = context.session.known.tracks[index];
    if (known !== undefined) known.name = changed.value;
    return changed;
  },
  set_track_color: async (context, { track, color }) => {
    const { index, value, previous, ...where } = await setOnTrack(context, track, "color", colorNumber(color), {
      loose: true,
    });
    const known = context.session.known.tracks[index];
    if (known !== undefined) known.color = value;
    return { ...where, value: hexColor(value), previous: hexColor(previous) };
  },
  fold_track: async (context, { track, folded }) => {
    const { index: _index, ...changed } = await setOnTrack(context, track, "fold_state", folded);
    return changed;
  },
  set_monitoring: async (context, { track, monitoring }) => {
    const wanted = MONITORING.indexOf(monitoring);
    const { index: _index, value, previous, ...where } = await setOnTrack(
      context,
      track,
      "current_monitoring_state",
      wanted,
    );
    return { ...where, value: MONITORING[value] ?? "auto", previous: MONITORING[previous] ?? "auto" };
  },
  stop_track: async (context, { track: ref }) => {
    const { index, track } = await findTrack(context, ref);
    await context.live.call("/live/track/stop_all_clips", [int(index)], context.signal);
    return { track: track.name, number: index + 1 };
  },
  get_routing: async (context, { track: ref }) => {
    const found = await findTrack(context, ref);
    const { index, track } = found;
    const [now, inputTypes, inputChannels, outputTypes, outputChannels] = await Promise.all([
      routing(context, found),
      hasInput(track) ? available(context, index, "input_routing_types") : [],
      hasInput(track) ? available(context, index, "input_routing_channels") : [],
      available(context, index, "output_routing_types"),
      available(context, index, "output_routing_channels"),
    ]);
    return {
      track: track.name,
      number: index + 1,
      input: { type: now.input_type, channel: now.input_channel },
      output: { type: now.output_type, channel: now.output_channel },
      available: {
        input_types: inputTypes,
        input_channels: inputChannels,
        output_types: outputTypes,
        output_channels: outputChannels,
      },
    };
  },
  set_routing: async (context, { track: ref, ...wanted }) => {
    const { live, signal } = context;
    const found = await findTrack(context, ref);
    const { index, track } = found;
    const previous = await routing(context, found);
    // a type comes before its channel: which channels there are follows from it
    for (const route of ROUTES) {
      const name = wanted[route];
      // none, where there is none: as it was before
      if (name === undefined || name === previous[route] && name === "") continue;
      const property = route.replace("_", "_routing_");
      const known = route.startsWith("output") || hasInput(track)
        ? await available(context, index, `${property}s`)
        : [];
      if (!known.includes(name)) {
        throw PatchbayError.of("NOT_FOUND", `Track '${track.name}' has no ${route.replace("_", " ")} '${name}'`, {
          context: { available: known.slice(0, 200) },
        });
      }
      await live.set("track", property, [index], name, signal);
    }
    return { track: track.name, number: index + 1, ...await routing(context, found), previous };
  },
};
