/** `/live/clip_slot` and `/live/clip`. */
import type { OscArgument } from "@patchbay/bridge-kit";
import { newClip, type SimClip, type SimNote, type SimTrack } from "./document.ts";
import { tracksIn } from "./groups.ts";
import { echoedId, type HandlerContext, propertyHandlers } from "./handler.ts";
import { CLIP, type ClipTarget, type Properties } from "./properties.ts";
import { boolean, float, index, integer, item, PythonError } from "./python.ts";
import { type Argument, out } from "./wire.ts";

interface Slot {
  track: SimTrack;
  slot: number;
}

export function clipHandlers(context: HandlerContext): void {
  slotHandlers(context);
  const { set, handlers } = context;
  const find = ([track, slot]: readonly Argument[]): ClipTarget => {
    const found = item(set.document.tracks, index(track));
    const clip = item(found.slots, index(slot));
    if (clip === null) throw new PythonError("'NoneType' object has no attribute 'name'");
    return { set, track: found, slot: index(slot), clip };
  };
  propertyHandlers(context, {
    name: "clip",
    properties: CLIP,
    ids: 2,
    find,
    identity: ({ clip }) => `clip ${clip.id}`,
    again: ({ clip: { id } }) => {
      for (const track of set.document.tracks) {
        const slot = track.slots.findIndex((one) => one?.id === id);
        const clip = track.slots[slot];
        if (clip) return { set, track, slot, clip };
      }
      return undefined;
    },
  });
  const on = (
    name: string,
    handler: (target: ClipTarget, args: readonly Argument[]) => readonly OscArgument[] | undefined,
  ) =>
    void handlers.set(`/live/clip/${name}`, (args) => {
      const answer = handler(find(args), args.slice(2));
      return answer === undefined ? undefined : [...args.slice(0, 2).map(echoedId), ...answer];
    });
  on("fire", ({ track, slot }) => void set.fire([track, slot]));
  on("stop", ({ track, slot }) => {
    if (set.playingSlot(track) === slot || set.firedSlot(track) === slot) set.stopTrack(track);
    return undefined;
  });
  on("duplicate_loop", ({ clip }) =>
    void set.edit(() => {
      const length = clip.loop_end - clip.loop_start;
      clip.notes.push(...clip.notes.map((note) => ({ ...note, start: note.start + length })));
      clip.loop_end += length;
      clip.end_marker = Math.max(clip.end_marker, clip.loop_end);
    }));
  on("remove_notes_by_id", () => {
    throw new PythonError("Python argument types did not match C++ signature (int)");
  });
  on("get/notes", ({ clip }, args) =>
    notesIn(clip, args).flatMap(({ pitch, start, duration, velocity, mute }) => [
      out.int(pitch),
      out.float(start),
      out.float(duration),
      out.float(velocity),
      mute,
    ]));
  on("add/notes", ({ clip }, args) => {
    if (!clip.midi) throw new PythonError("This method is only available for MidiClips");
    const notes: SimNote[] = [];
    for (let at = 0; at < args.length; at += 5) {
      const [pitch, start, duration, velocity, mute] = args.slice(at, at + 5);
      const note = {
        pitch: integer(pitch),
        start: Math.fround(float(start)),
        duration: Math.fround(float(duration)),
        velocity: Math.fround(float(velocity)),
        mute: boolean(mute),
      };
      if (note.pitch < 0 || note.pitch > 127 || note.duration <= 0) throw new PythonError("Invalid note");
      notes.push(note);
    }
    set.edit(() => {
      // Live lets a new note take the place of one with its pitch and start
      const same = (a: SimNote) => notes.some((b) => a.pitch === b.pitch && a.start === b.start);
      clip.notes = [...clip.notes.filter((note) => !same(note)), ...notes];
    });
    return undefined;
  });
  on("remove/notes", ({ clip }, args) => {
    const gone = new Set(notesIn(clip, args));
    set.edit(() => void (clip.notes = clip.notes.filter((note) => !gone.has(note))));
    return undefined;
  });
}

/** Without a range the script asks for one that leaves out pitch 127. */
function notesIn(clip: SimClip, args: readonly Argument[]): SimNote[] {
  if (!clip.midi) throw new PythonError("This method is only available for MidiClips");
  if (args.length !== 0 && args.length !== 4) {
    throw new PythonError("Invalid number of arguments for /clip/get/notes. Either 0 or 4 arguments must be passed.");
  }
  const [low, span, from, time] = args.length === 0
    ? [0, 127, -8192, 16384]
    : [integer(args[0]), integer(args[1]), float(args[2]), float(args[3])];
  return clip.notes
    .filter(({ pitch, start }) => pitch >= low && pitch < low + span && start >= from && start < from + time)
    .sort((a, b) => a.start - b.start || a.pitch - b.pitch);
}

const SLOT: Properties<Slot & { fired: boolean; playing: boolean; below: SimTrack[] }> = {
  has_clip: { get: ({ track, slot }) => Boolean(track.slots[slot]) },
  controls_other_clips: { get: ({ below, slot }) => below.some(({ slots }) => slots[slot]) },
  is_group_slot: { get: ({ track }) => track.foldable },
  is_playing: { get: ({ playing }) => playing },
  is_triggered: { get: ({ fired }) => fired },
  playing_status: { get: ({ playing, fired }) => out.int(fired ? 2 : playing ? 1 : 0) },
  will_record_on_start: { get: ({ track, slot }) => track.arm && !track.slots[slot] },
  has_stop_button: { get: () => true },
};

function slotHandlers(context: HandlerContext): void {
  const { set, handlers } = context;
  const target = (track: SimTrack, slot: number) => ({
    track,
    slot,
    fired: set.firedSlot(track) === slot,
    playing: set.playingSlot(track) === slot,
    below: tracksIn(set.document, track),
  });
  // a list's index must be an integer here: the script does not convert it
  const find = ([track, slot]: readonly Argument[]) => {
    const found = item(set.document.tracks, integer(track));
    item(found.slots, integer(slot));
    return target(found, integer(slot));
  };
  propertyHandlers(context, {
    name: "clip_slot",
    properties: SLOT,
    ids: 2,
    find,
    identity: ({ track, slot }) => `slot ${track.id} ${slot}`,
    again: ({ track: { id }, slot }) => {
      const track = set.document.tracks.find((one) => one.id === id);
      return track === undefined || track.slots[slot] === undefined ? undefined : target(track, slot);
    },
    echoes: false,
  });
  const on = (name: string, handler: (slot: Slot, args: readonly Argument[]) => void) =>
    void handlers.set(`/live/clip_slot/${name}`, (args) => void handler(find(args), args.slice(2)));
  on("fire", ({ track, slot }) => set.fire([track, slot]));
  on("stop", ({ track }) => set.stopTrack(track));
  on("create_clip", ({ track, slot }, [length]) => {
    const beats = float(length);
    if (!track.midi) throw new PythonError("Clips can only be created on MIDI tracks");
    if (track.slots[slot]) throw new PythonError("Slot already contains a clip");
    if (beats <= 0) throw new PythonError("Invalid clip length");
    set.edit((document) => void (track.slots[slot] = newClip(document, track, Math.fround(beats))));
  });
  on("delete_clip", ({ track, slot }) => {
    if (!track.slots[slot]) throw new PythonError("Cannot delete clip: slot is empty");
    set.edit(() => void (track.slots[slot] = null));
  });
  on("duplicate_clip_to", ({ track, slot }, [toTrack, toSlot]) => {
    const clip = track.slots[slot];
    const other = item(set.document.tracks, integer(toTrack));
    item(other.slots, integer(toSlot));
    if (!clip) throw new PythonError("Source slot is empty");
    if (clip.midi !== other.midi || other.foldable) throw new PythonError("Cannot duplicate to this track");
    set.edit((document) => void (other.slots[integer(toSlot)] = { ...structuredClone(clip), id: document.nextId++ }));
  });
}
