/** The notes of clips: read in windows of time, as an answer holds so many only; written in pieces, and read back. */
import type { OscArgument, OscValue } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { z } from "zod";
import { float, int } from "../live/properties.ts";
import { isTooLong } from "../live/read_set.ts";
import type { noteCommands } from "../manifest/notes.ts";
import { Note } from "../manifest/values.ts";
import type { CommandContext, HandlersOf } from "./context.ts";
import { findClip, type FoundClip } from "./lookup.ts";
import { pattern } from "./patterns.ts";

const Notes = z.array(Note);
/** All the time that notes may begin in. */
const BEGINNING = -8_192;
const WHOLE = 16_384;
/** A datagram that macOS sends holds more than these. */
const NOTES_IN_ONE = 200;
/** A window that does not fit into an answer is halved, but not below this, in beats. */
const LEAST_WINDOW = 1 / 64;
const PASSES = 4;

interface Range {
  from: number;
  span: number;
  low: number;
  high: number;
}
const EVERYTHING: Range = { from: BEGINNING, span: WHOLE, low: 0, high: 127 };

type Where = Pick<FoundClip, "index" | "slot">;

/** In order of time and pitch. */
export async function readNotes(context: CommandContext, where: Where, range: Range = EVERYTHING): Promise<Note[]> {
  const { live, signal } = context;
  let last: string | undefined;
  // an answer to an earlier window may come late, and looks like one to this: what was read without a retry is sure
  for (let pass = 0; pass < PASSES; pass++) {
    const { retried } = live.osc.statistics;
    const notes = (await window(context, where, range)).sort((a, b) => a.start - b.start || a.pitch - b.pitch);
    const now = JSON.stringify(notes);
    if (live.osc.statistics.retried === retried || now === last) return notes;
    last = now;
    await live.barrier(signal);
  }
  throw PatchbayError.of("APP_UNRESPONSIVE", "Cannot read the notes: too many datagrams are lost");
}

async function window(context: CommandContext, where: Where, range: Range): Promise<Note[]> {
  const { live, signal } = context;
  const { from, span, low, high } = range;
  const args = [int(where.index), int(where.slot), int(low), int(high - low + 1), float(from), float(span)];
  try {
    const values = await live.values("/live/clip/get/notes", args, signal, { ids: 2, attempts: 3 });
    const notes = parseNotes(values);
    const fits = notes?.every(({ start }) => start >= from - 1e-3 && start < from + span + 1e-3);
    if (notes !== undefined && fits) return notes;
    await live.barrier(signal);
    return await window(context, where, range);
  } catch (error) {
    // too many for one answer: Live cannot send it, and says so at best to nobody
    if (!isTooLong(error) || span <= LEAST_WINDOW) throw error;
    const half = span / 2;
    const first = await window(context, where, { ...range, span: half });
    return [...first, ...await window(context, where, { ...range, from: from + half, span: half })];
  }
}

/** `undefined` for what are no notes. */
export function parseNotes(values: readonly OscValue[]): Note[] | undefined {
  if (values.length % 5 !== 0) return undefined;
  const notes = Array.from({ length: values.length / 5 }, (_, i) => {
    const [pitch, start, duration, velocity, mute] = values.slice(i * 5, i * 5 + 5);
    return { pitch, start, duration, velocity, mute: mute === true || mute === 1 };
  });
  const parsed = Notes.safeParse(notes);
  return parsed.success ? parsed.data : undefined;
}

const noteArguments = ({ pitch, start, duration, velocity, mute }: Note): OscArgument[] => [
  int(pitch),
  float(start),
  float(duration),
  float(velocity),
  int(mute ? 1 : 0),
];

const keyOf = ({ pitch, start }: Note) => `${pitch} ${Math.fround(start).toFixed(4)}`;

/** Adds, and reads until they are there; a piece that was lost is sent again, as a note takes the place of its like. */
export async function writeNotes(context: CommandContext, where: Where, notes: readonly Note[]): Promise<Note[]> {
  const { live, signal } = context;
  let missing = [...notes];
  for (let tries = 0;; tries++) {
    for (let at = 0; at < missing.length; at += NOTES_IN_ONE) {
      const piece = missing.slice(at, at + NOTES_IN_ONE);
      const args = [int(where.index), int(where.slot), ...piece.flatMap(noteArguments)];
      await live.call("/live/clip/add/notes", args, signal);
    }
    const there = await readNotes(context, where);
    const known = new Set(there.map(keyOf));
    missing = notes.filter((note) => !known.has(keyOf(note)));
    if (missing.length === 0) return there;
    if (tries === 3) {
      throw PatchbayError.of("COMMAND_FAILED", `${missing.length} of ${notes.length} notes did not get into the clip`);
    }
  }
}

/** Removes what begins in a range. */
export async function clearNotes(context: CommandContext, where: Where, range: Range = EVERYTHING): Promise<void> {
  const { live, signal } = context;
  const { from, span, low, high } = range;
  const args = [int(where.index), int(where.slot), int(low), int(high - low + 1), float(from), float(span)];
  for (let tries = 0; tries < 4; tries++) {
    await live.call("/live/clip/remove/notes", args, signal);
    if ((await readNotes(context, where, range)).length === 0) return;
  }
  throw PatchbayError.of("COMMAND_FAILED", "The notes were to be removed, and are still there");
}

/** A clip that can have notes. */
async function midiClip(context: CommandContext, args: Parameters<typeof findClip>[1]): Promise<FoundClip> {
  const found = await findClip(context, args);
  if (found.clip.midi) return found;
  throw PatchbayError.of("COMMAND_FAILED", `'${found.clip.name}' is an audio clip: it has no notes`);
}

export const clipPlace = ({ index, slot, clip }: FoundClip) => ({ name: clip.name, track: index + 1, scene: slot + 1 });

interface Wanted {
  from?: number | undefined;
  to?: number | undefined;
  low: number;
  high: number;
}

const rangeOf = ({ from = BEGINNING, to = BEGINNING + WHOLE, low, high }: Wanted): Range => {
  if (to <= from || high < low) throw PatchbayError.of("INVALID_ARGUMENTS", "Cannot use the range: it is empty");
  return { from, span: to - from, low, high };
};

async function add(context: CommandContext, found: FoundClip, notes: readonly Note[]) {
  const previous = await readNotes(context, found);
  const now = await writeNotes(context, found, notes);
  return { ...clipPlace(found), count: now.length, previous, added: now.length - previous.length };
}

export const noteHandlers: HandlersOf<typeof noteCommands> = {
  get_notes: async (context, { track, clip, ...wanted }) => {
    const found = await midiClip(context, { track, clip });
    return { ...clipPlace(found), notes: await readNotes(context, found, rangeOf(wanted)) };
  },
  add_notes: async (context, { track, clip, notes }) =>
    await add(context, await midiClip(context, { track, clip }), notes),
  remove_notes: async (context, { track, clip, ...wanted }) => {
    const found = await midiClip(context, { track, clip });
    const previous = await readNotes(context, found);
    await clearNotes(context, found, rangeOf(wanted));
    const now = await readNotes(context, found);
    return { ...clipPlace(found), count: now.length, previous, removed: previous.length - now.length };
  },
  replace_notes: async (context, { track, clip, notes }) => {
    const found = await midiClip(context, { track, clip });
    const previous = await readNotes(context, found);
    if (previous.length > 0) await clearNotes(context, found);
    const now = notes.length > 0 ? await writeNotes(context, found, notes) : [];
    return { ...clipPlace(found), count: now.length, previous };
  },
  add_pattern: async (context, { track, clip, pattern: name, pitch, velocity }) => {
    const found = await midiClip(context, { track, clip });
    const notes = pattern(name, found.clip.length, { velocity, ...(pitch === undefined ? {} : { pitch }) });
    if (notes.length === 0) throw PatchbayError.of("COMMAND_FAILED", `The clip is too short for '${name}'`);
    return await add(context, found, notes.slice(0, 2_000));
  },
};
