/** The mixer: volume, pan, sends, mute, solo and arm. */
import { PatchbayError } from "@patchbay/contracts";
import { decibels, faderOf } from "../live/decibels.ts";
import { float, int } from "../live/properties.ts";
import type { KnownTrack } from "../live/model.ts";
import type { mixerCommands } from "../manifest/mixer.ts";
import type { TrackRef } from "../manifest/values.ts";
import type { CommandContext, HandlersOf } from "./context.ts";
import { findTrack } from "./lookup.ts";
import { setOnTrack } from "./tracks.ts";

async function mixer<K extends "volume" | "panning" | "mute" | "solo" | "arm">(
  context: CommandContext,
  ref: TrackRef,
  property: K,
  value: NonNullable<KnownTrack[K]>,
) {
  const { index, ...changed } = await setOnTrack(context, ref, property, value);
  const known = context.session.known.tracks[index];
  if (known !== undefined) known[property] = changed.value;
  return changed;
}

async function volume(context: CommandContext, ref: TrackRef, fader: number) {
  const changed = await mixer(context, ref, "volume", fader);
  return { ...changed, db: decibels(changed.value) };
}

/** @returns what it was before */
export async function setSend(
  { live, signal, session, streamed }: CommandContext,
  index: number,
  send: number,
  value: number,
): Promise<number> {
  const known = session.known.tracks[index];
  if (send >= session.sends && send >= await session.countSends(signal)) {
    throw PatchbayError.of("NOT_FOUND", `There is no send number ${send + 1}: there are ${session.sends}`);
  }
  const args = [int(index), int(send)];
  if (streamed) {
    live.osc.send("/live/track/set/send", [...args, float(value)]);
    return value;
  }
  const [previous] = await live.values("/live/track/get/send", args, signal);
  await live.write("/live/track/set/send", [...args, float(value)], {
    address: "/live/track/get/send",
    args,
    equals: [float(value)],
  }, signal);
  if (known !== undefined) known.sends[send] = value;
  return Number(previous);
}

export const mixerHandlers: HandlersOf<typeof mixerCommands> = {
  set_track_volume: async (context, { track, value, db }) => {
    const fader = value ?? (db === undefined ? undefined : faderOf(db));
    if (fader === undefined || (value !== undefined && db !== undefined)) {
      throw PatchbayError.of("INVALID_ARGUMENTS", "Cannot set the volume: it takes either a value or decibels");
    }
    return await volume(context, track, fader);
  },
  turn_track: async (context, { track: ref, direction, db }) => {
    const { index, track } = await findTrack(context, ref);
    const before = context.streamed
      ? track.volume
      : await context.live.number("track", "volume", [index], context.signal);
    const now = decibels(before) ?? -70;
    const wanted = direction === "up" ? now + db : now - db;
    return await volume(context, index + 1, wanted <= -70 ? 0 : faderOf(Math.min(6, wanted)));
  },
  set_track_pan: (context, { track, pan }) => mixer(context, track, "panning", pan),
  set_send: async (context, { track: ref, send, value }) => {
    const { index, track } = await findTrack(context, ref);
    const previous = await setSend(context, index, send - 1, value);
    return { track: track.name, number: index + 1, send, value, previous };
  },
  mute_track: (context, { track, mute }) => mixer(context, track, "mute", mute),
  solo_track: (context, { track, solo }) => mixer(context, track, "solo", solo),
  arm_track: async (context, { track: ref, arm }) => {
    const { index, track } = await findTrack(context, ref);
    if (track.arm === null) throw PatchbayError.of("COMMAND_FAILED", `Track '${track.name}' cannot be armed`);
    return await mixer(context, index + 1, "arm", arm);
  },
};
