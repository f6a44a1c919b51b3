/** The notes of MIDI clips. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { clipAddress, ClipPlace, Note, Notes, Position } from "./values.ts";

const range = {
  from: Position.optional().describe("beats; else from the beginning"),
  to: Position.optional().describe("beats; else to the end"),
  low: z.number().int().min(0).max(127).default(0).describe("the lowest pitch"),
  high: z.number().int().min(0).max(127).default(127).describe("the highest pitch"),
};

/** All that were there: a clip with more is answered as an asset, and then cannot be put back by one command. */
const previous = z.array(Note).describe("the clip's notes before");
const back = {
  command: "replace_notes",
  args: {
    track: { $ref: "result.track" },
    clip: { $ref: "result.scene" },
    notes: { $ref: "result.previous" },
  },
};
const Written = ClipPlace.extend({ count: z.number().int().describe("how many notes the clip has now"), previous });

const get_notes = query({
  summary: "Reads a MIDI clip's notes, in order of time.",
  args: z.strictObject({ ...clipAddress, ...range }),
  result: ClipPlace.extend({ notes: z.array(Note) }),
  timeoutMs: 60_000,
  phrases: [
    "(get|list|show|read) [the] notes (of|in) [the] clip {clip}",
    "(list|show) [the] notes of [the] {clip} clip",
  ],
});

const add_notes = command({
  summary: "Adds notes to a MIDI clip.",
  args: z.strictObject({ ...clipAddress, notes: Notes.min(1) }),
  result: Written.extend({ added: z.number().int() }),
  timeoutMs: 60_000,
  undo: back,
});

const remove_notes = command({
  summary:
    "Removes the notes of a MIDI clip that begin in a range of time and pitch; all of them, unless one is given.",
  args: z.strictObject({ ...clipAddress, ...range }),
  result: Written.extend({ removed: z.number().int() }),
  effect: "destructive",
  idempotent: true,
  timeoutMs: 60_000,
  undo: back,
  phrases: [
    "(remove|delete|clear) (all|every) [the] (notes|note) (of|in|from) [the] clip {clip}",
    "(clear|empty) [the] clip {clip}",
    "(clear|empty) [the] {clip} clip",
  ],
});

const replace_notes = command({
  summary: "Gives a MIDI clip other notes.",
  args: z.strictObject({ ...clipAddress, notes: Notes }),
  result: Written,
  effect: "destructive",
  idempotent: true,
  timeoutMs: 60_000,
  undo: back,
});

export const PATTERNS = ["four on the floor", "backbeat", "offbeat hats", "eighth hats", "sixteenth hats"] as const;

const add_pattern = command({
  summary: "Adds a drum pattern over the whole length of a MIDI clip, on the keys of General MIDI.",
  args: z.strictObject({
    ...clipAddress,
    pattern: z.enum(PATTERNS).meta({
      says: {
        "four on the floor": ["four to the floor", "4 on the floor", "four-on-the-floor", "4/4 kick"],
        backbeat: ["snare backbeat", "snares on two and four"],
        "offbeat hats": ["off beat hats", "offbeat hi hats", "offbeat hi-hats"],
        "eighth hats": ["eighth note hats", "8th hats"],
        "sixteenth hats": ["sixteenth note hats", "16th hats"],
      },
    }),
    pitch: z.number().int().min(0).max(127).optional().describe("else 36 for kicks, 38 for snares, 42 for hats"),
    velocity: z.number().int().min(1).max(127).default(100),
  }),
  result: Written.extend({ added: z.number().int() }),
  timeoutMs: 60_000,
  undo: back,
  phrases: [
    "(add|put|write) [a|an] {pattern} [kick|kicks|beat|drums|pattern|snare] (to|in|into|on) [the] clip {clip}",
    "(add|put|write) [a|an] {pattern} [kick|kicks|beat|drums|pattern|snare] (to|in|into|on) [the] {clip} clip",
    "(add|put|write) [a|an] {pattern} [kick|kicks|beat|drums|pattern|snare] (to|in|into|on) {clip}",
  ],
});

export const noteCommands = { get_notes, add_notes, remove_notes, replace_notes, add_pattern };
