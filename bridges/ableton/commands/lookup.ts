/** Finds what a command names: by name, or by number from 1; and makes sure that Live has it there at this moment. */
import { PatchbayError } from "@patchbay/contracts";
import type { KnownClip, KnownDevice, KnownTrack } from "../live/model.ts";
import { int } from "../live/properties.ts";
import type { ClipRef, SceneRef, TrackRef } from "../manifest/values.ts";
import type { CommandContext } from "./context.ts";

/** The index of the item that is meant; `undefined` where there is none. A name wins over a number. */
export function indexOf(names: readonly string[], ref: string | number): number | undefined {
  if (typeof ref === "number") return ref >= 1 && ref <= names.length ? ref - 1 : undefined;
  const normal = (name: string) => name.normalize("NFC").toLowerCase();
  for (const same of [(name: string) => name === ref, (name: string) => normal(name) === normal(ref)]) {
    const at = names.findIndex(same);
    if (at !== -1) return at;
  }
  return /^\d+$/.test(ref) ? indexOf(names, Number(ref)) : undefined;
}

export interface FoundTrack {
  index: number;
  track: KnownTrack;
}

/** @throws {PatchbayError} `NOT_FOUND` with the tracks that there are */
export async function findTrack(context: CommandContext, ref: TrackRef): Promise<FoundTrack> {
  const { session, live, signal, streamed } = context;
  for (let tries = 0; tries < 3; tries++) {
    const names = session.known.tracks.map(({ name }) => name);
    const index = indexOf(names, ref);
    const track = index === undefined ? undefined : session.known.tracks[index];
    if (index !== undefined && track !== undefined) {
      if (streamed) return { index, track };
      // somebody may have moved the tracks since the bridge has looked
      const name = await live.text("track", "name", [index], signal).catch(absent);
      if (name === track.name) return { index, track };
    }
    if (tries < 2) await session.refreshTracks(signal, { mixer: true });
  }
  throw missing("track", ref, session.known.tracks.map(({ name }) => name));
}

/** What is refused is not there. */
function absent(error: unknown): undefined {
  if (error instanceof PatchbayError && error.code === "COMMAND_FAILED") return undefined;
  throw error;
}

export async function findScene({ session, signal }: CommandContext, ref: SceneRef): Promise<number> {
  for (let tries = 0; tries < 2; tries++) {
    const index = indexOf(session.known.scenes, ref);
    if (index !== undefined) return index;
    if (tries === 0) await session.refreshTracks(signal);
  }
  throw missing("scene", ref, session.known.scenes.map((name, i) => name === "" ? String(i + 1) : name));
}

export interface FoundClip extends FoundTrack {
  slot: number;
  clip: KnownClip;
}

/** @throws {PatchbayError} `NOT_FOUND` with the clips that there are; `CONFLICT` where several have the name */
export async function findClip(
  context: CommandContext,
  { track: trackRef, clip: ref }: { track?: TrackRef | undefined; clip: ClipRef },
): Promise<FoundClip> {
  const { session, live, signal } = context;
  const within = trackRef === undefined ? undefined : await findTrack(context, trackRef);
  for (let tries = 0; tries < 3; tries++) {
    const found = within === undefined
      ? anywhere(session.known.tracks, ref)
      : onTrack(session.known.tracks, within.index, ref, session.known.scenes);
    if (found !== undefined) {
      const name = await live.text("clip", "name", [found.index, found.slot], signal).catch(absent);
      if (name === found.clip.name) return found;
    }
    if (tries < 2) await session.refreshTracks(signal);
  }
  const tracks = within === undefined ? session.known.tracks : [session.known.tracks[within.index]!];
  throw missing("clip", ref, tracks.flatMap(({ clips }) => clips.flatMap((clip) => clip === null ? [] : [clip.name])));
}

function onTrack(
  tracks: readonly KnownTrack[],
  index: number,
  ref: ClipRef,
  scenes: readonly string[],
): FoundClip | undefined {
  const track = tracks[index];
  if (track === undefined) return undefined;
  const named = track.clips.map((clip) => clip?.name ?? "\0");
  const slot = indexOf(named, ref) ?? indexOf(scenes, ref);
  const clip = slot === undefined ? undefined : track.clips[slot];
  return slot === undefined || !clip ? undefined : { index, track, slot, clip };
}

/** By its name alone; a track's name will do where the track has one clip. */
function anywhere(tracks: readonly KnownTrack[], ref: ClipRef): FoundClip | undefined {
  if (typeof ref === "number") {
    throw PatchbayError.of("INVALID_ARGUMENTS", `Cannot find clip ${ref}: a scene's number needs the clip's track`);
  }
  const all = tracks.flatMap((track, index) =>
    track.clips.flatMap((clip, slot) => clip === null ? [] : [{ index, track, slot, clip }])
  );
  const same = (name: string) => name.toLowerCase() === ref.toLowerCase();
  const exact = all.filter(({ clip }) => clip.name === ref);
  const named = exact.length > 0 ? exact : all.filter(({ clip }) => same(clip.name));
  const found = named.length > 0 ? named : all.filter(({ track }) => same(track.name));
  if (found.length < 2) return found[0];
  throw PatchbayError.of("CONFLICT", `Cannot tell which clip '${ref}' is meant: there are ${found.length}`, {
    context: { clips: found.slice(0, 20).map(({ track, slot }) => ({ track: track.name, scene: slot + 1 })) },
    remedy: "Name the clip's track, too.",
  });
}

export interface FoundDevice extends FoundTrack {
  deviceIndex: number;
  device: KnownDevice;
}

export async function findDevice(
  context: CommandContext,
  { track: trackRef, device: ref }: { track: TrackRef; device: string | number },
): Promise<FoundDevice> {
  const { session, live, signal, streamed } = context;
  const { index } = await findTrack(context, trackRef);
  for (let tries = 0; tries < 3; tries++) {
    const track = session.known.tracks[index];
    const devices = track?.devices ?? [];
    const at = indexOf(devices.map(({ name }) => name), ref);
    const device = at === undefined ? undefined : devices[at];
    if (track !== undefined && at !== undefined && device !== undefined) {
      if (streamed) return { index, track, deviceIndex: at, device };
      const [name] = await live.values("/live/device/get/name", [int(index), int(at)], signal).catch(() => []);
      if (name === device.name) return { index, track, deviceIndex: at, device };
    }
    if (tries < 2) await session.refreshTracks(signal);
  }
  throw missing("device", ref, session.known.tracks[index]?.devices.map(({ name }) => name) ?? []);
}

export function missing(what: string, ref: string | number, available: readonly string[]): PatchbayError {
  return PatchbayError.of(
    "NOT_FOUND",
    `There is no ${what} ${typeof ref === "number" ? `number ${ref}` : `'${ref}'`}`,
    {
      context: { available: available.slice(0, 200) },
    },
  );
}

/** A datagram that came twice made two, or somebody else made one at the same moment: nobody can tell. */
export function expectCount(what: string, found: number, expected: number): void {
  if (found === expected) return;
  throw PatchbayError.of("OUTCOME_UNKNOWN", `There are ${found} ${what} now, where ${expected} were expected`, {
    context: { found, expected },
    remedy: "Look at the set: undo in Live takes one step back.",
  });
}
