/** Playing, tempo, metronome, the loop and the place in the song. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { Beats, changed, Position, transportReads } from "./values.ts";

export const Tempo = z.number().min(20).max(999).describe("beats a minute");
const Numerator = z.number().int().min(1).max(99);
const Denominator = z.union([1, 2, 4, 8, 16].map((value) => z.literal(value)));

export const TransportState = z.object({
  playing: z.boolean(),
  tempo: Tempo,
  song_time: z.number().describe("beats"),
  signature: z.object({ numerator: z.number().int(), denominator: z.number().int() }),
  metronome: z.boolean(),
  loop: z.object({ enabled: z.boolean(), start: z.number(), length: z.number() }),
  recording: z.object({ arrangement: z.boolean(), session: z.boolean(), overdub: z.boolean() }),
});
export type TransportState = z.infer<typeof TransportState>;

const Playing = z.object({ playing: z.boolean(), was_playing: z.boolean() });
const none = z.strictObject({});

const get_transport = query({
  summary: "Tells tempo, time signature, loop, metronome, recording and the place in the song.",
  args: none,
  result: TransportState,
  phrases: ["(what is|show|tell me) [the] (tempo|bpm|transport)", "is [live|it] playing"],
});

const play = command({
  summary: "Starts to play from the start marker.",
  args: none,
  result: Playing,
  idempotent: true,
  undo: { command: "stop" },
  phrases: [
    "(play|start) [the] (song|set|music|transport|playback)",
    "start playing",
    "[press] play",
    "(start|play) [the] session",
  ],
});

const continue_playing = command({
  summary: "Goes on to play from where it was stopped.",
  args: none,
  result: Playing,
  idempotent: true,
  undo: { command: "stop" },
  phrases: ["continue (playing|playback|the song)", "resume [playing|playback|the song]"],
});

const stop = command({
  summary: "Stops playing.",
  args: none,
  result: Playing,
  idempotent: true,
  undo: "none",
  phrases: ["stop (playing|playback|the song|the set|the music|the transport|live)", "[press|hit] stop"],
});

const set_tempo = command({
  summary: "Sets the tempo.",
  args: z.strictObject({ bpm: Tempo }),
  result: changed(Tempo),
  idempotent: true,
  verify: transportReads({ "/tempo": { $ref: "result.value" } }),
  undo: { command: "set_tempo", args: { bpm: { $ref: "result.previous" } } },
  phrases: [
    "(set|change|put) [the] (tempo|bpm) to {bpm} [bpm]",
    "(set|change) [the] [song|set] to {bpm} bpm",
    "tempo {bpm} [bpm]",
    "make [it|the tempo] {bpm} bpm",
  ],
});

const tap_tempo = command({
  summary: "Taps the tempo once.",
  args: none,
  result: z.object({ tempo: Tempo }),
  undo: "none",
  phrases: ["tap [the] tempo"],
});

const set_time_signature = command({
  summary: "Sets the time signature.",
  args: z.strictObject({ numerator: Numerator, denominator: Denominator }),
  result: z.object({
    numerator: Numerator,
    denominator: Denominator,
    previous: z.object({ numerator: Numerator, denominator: Denominator }),
  }),
  idempotent: true,
  verify: transportReads({
    "/signature/numerator": { $ref: "args.numerator" },
    "/signature/denominator": { $ref: "args.denominator" },
  }),
  undo: {
    command: "set_time_signature",
    args: { numerator: { $ref: "result.previous.numerator" }, denominator: { $ref: "result.previous.denominator" } },
  },
  phrases: [
    "(set|change) [the] time signature to {numerator} (/|over|to) {denominator}",
    "(set|change) [the] time signature to {numerator} {denominator}",
  ],
});

const set_metronome = command({
  summary: "Turns the metronome on or off.",
  args: z.strictObject({ enabled: z.boolean() }),
  result: changed(z.boolean()),
  idempotent: true,
  verify: transportReads({ "/metronome": { $ref: "args.enabled" } }),
  undo: { command: "set_metronome", args: { enabled: { $ref: "result.previous" } } },
  phrases: [
    { say: "turn on [the] (metronome|click)", args: { enabled: true } },
    { say: "turn [the] (metronome|click) on", args: { enabled: true } },
    { say: "turn off [the] (metronome|click)", args: { enabled: false } },
    { say: "turn [the] (metronome|click) off", args: { enabled: false } },
  ],
});

const LoopState = z.object({ enabled: z.boolean(), start: Position, length: z.number() });

const set_loop = command({
  summary: "Turns the arrangement's loop on or off, and places it.",
  args: z.strictObject({
    enabled: z.boolean().optional(),
    start: Beats.optional(),
    length: z.number().min(0.25).max(100_000).optional().describe("beats"),
  }),
  result: LoopState.extend({ previous: LoopState }),
  idempotent: true,
  verify: transportReads({
    "/loop/enabled": { $ref: "result.enabled" },
    "/loop/start": { $ref: "result.start" },
    "/loop/length": { $ref: "result.length" },
  }),
  undo: {
    command: "set_loop",
    args: {
      enabled: { $ref: "result.previous.enabled" },
      start: { $ref: "result.previous.start" },
      length: { $ref: "result.previous.length" },
    },
  },
  phrases: [
    { say: "turn on [the] [arrangement] loop", args: { enabled: true } },
    { say: "turn off [the] [arrangement] loop", args: { enabled: false } },
    { say: "loop {length} beats from beat {start}", args: { enabled: true } },
    { say: "loop [the] first {length} beats", args: { enabled: true, start: 0 } },
  ],
});

const set_song_time = command({
  summary: "Jumps to a place in the song.",
  args: z.strictObject({ time: Beats }),
  result: changed(z.number()),
  undo: { command: "set_song_time", args: { time: { $ref: "result.previous" } } },
  phrases: [
    "(go|jump) to beat {time}",
    { say: "(go|jump) [back] to [the] (start|beginning) [of the song]", args: { time: 0 } },
  ],
});

const jump_by = command({
  summary: "Jumps forwards or backwards.",
  args: z.strictObject({ beats: Position }),
  result: changed(z.number()),
  undo: { command: "set_song_time", args: { time: { $ref: "result.previous" } } },
  phrases: ["jump [forward|ahead|by] {beats} beats"],
});

const set_recording = command({
  summary: "Turns arrangement recording, session recording or MIDI overdub on or off.",
  args: z.strictObject({
    arrangement: z.boolean().optional(),
    session: z.boolean().optional(),
    overdub: z.boolean().optional().describe("of the arrangement"),
  }),
  result: TransportState.shape.recording.extend({ previous: TransportState.shape.recording }),
  idempotent: true,
  undo: {
    command: "set_recording",
    args: {
      arrangement: { $ref: "result.previous.arrangement" },
      session: { $ref: "result.previous.session" },
      overdub: { $ref: "result.previous.overdub" },
    },
  },
  phrases: [
    { say: "(start|turn on) [arrangement] recording", args: { arrangement: true } },
    { say: "(stop|turn off) [arrangement] recording", args: { arrangement: false } },
    { say: "(start|turn on) session recording", args: { session: true } },
    { say: "(stop|turn off) session recording", args: { session: false } },
  ],
});

const Range = z.object({ punch_in: z.boolean(), punch_out: z.boolean() });

const set_punch = command({
  summary: "Turns punch-in and punch-out on or off.",
  args: z.strictObject({ punch_in: z.boolean().optional(), punch_out: z.boolean().optional() }),
  result: Range.extend({ previous: Range }),
  idempotent: true,
  undo: {
    command: "set_punch",
    args: { punch_in: { $ref: "result.previous.punch_in" }, punch_out: { $ref: "result.previous.punch_out" } },
  },
  phrases: [
    { say: "turn on punch in", args: { punch_in: true } },
    { say: "turn off punch in", args: { punch_in: false } },
  ],
});

/** Live's numbers for when a clip starts that was fired. */
export const QUANTIZATIONS = [
  "none",
  "8 bars",
  "4 bars",
  "2 bars",
  "1 bar",
  "1/2",
  "1/2 triplet",
  "1/4",
  "1/4 triplet",
  "1/8",
  "1/8 triplet",
  "1/16",
  "1/16 triplet",
  "1/32",
] as const;
export const Quantization = z.enum(QUANTIZATIONS).meta({
  says: { "1 bar": ["one bar", "a bar"], none: ["off", "nothing"] },
});

const set_launch_quantization = command({
  summary: "Sets when clips start that are fired: at once, or at the next bar or beat.",
  args: z.strictObject({ quantization: Quantization }),
  result: changed(Quantization),
  idempotent: true,
  undo: { command: "set_launch_quantization", args: { quantization: { $ref: "result.previous" } } },
  phrases: ["(set|change) [the] [launch|global] quantization to {quantization}"],
});

const set_groove = command({
  summary: "Sets the global groove amount.",
  args: z.strictObject({ amount: z.number().min(0).max(1.3).describe("1 is 100 %") }),
  result: changed(z.number()),
  idempotent: true,
  undo: { command: "set_groove", args: { amount: { $ref: "result.previous" } } },
  phrases: ["(set|change) [the] groove [amount] to {amount}"],
});

const Scale = z.object({ root_note: z.number().int().min(0).max(11), scale: z.string() });

const set_scale = command({
  summary: "Sets the song's root note and scale.",
  args: z.strictObject({
    root_note: z.number().int().min(0).max(11).optional().describe("0 is C, 11 is B"),
    scale: z.string().min(1).max(60).optional().describe("as Live calls it: Major, Minor, Dorian"),
  }),
  result: Scale.extend({ previous: Scale }),
  idempotent: true,
  undo: {
    command: "set_scale",
    args: { root_note: { $ref: "result.previous.root_note" }, scale: { $ref: "result.previous.scale" } },
  },
  phrases: ["(set|change) [the] scale to {scale}"],
});

const stop_all_clips = command({
  summary: "Stops every clip; the song goes on.",
  args: none,
  result: z.object({ stopped: z.number().int().describe("how many clips played") }),
  idempotent: true,
  undo: "none",
  phrases: ["stop (all|every) [the] (clips|clip)"],
});

const capture_midi = command({
  summary: "Makes a clip of what was just played on armed tracks.",
  args: none,
  result: z.object({ captured: z.boolean() }),
  undo: "none",
  phrases: ["capture [the] midi"],
});

const re_enable_automation = command({
  summary: "Lets automation drive again what was moved by hand.",
  args: none,
  result: z.object({ sent: z.literal(true) }),
  idempotent: true,
  undo: "none",
  phrases: ["re-enable [the] automation"],
});

const back_to_arrangement = command({
  summary: "Lets the arrangement play again instead of the session's clips.",
  args: none,
  result: z.object({ sent: z.literal(true) }),
  idempotent: true,
  undo: "none",
  phrases: ["[go] back to [the] (arrangement|arranger)"],
});

export const transportCommands = {
  get_transport,
  play,
  continue_playing,
  stop,
  set_tempo,
  tap_tempo,
  set_time_signature,
  set_metronome,
  set_loop,
  set_song_time,
  jump_by,
  set_recording,
  set_punch,
  set_launch_quantization,
  set_groove,
  set_scale,
  stop_all_clips,
  capture_midi,
  re_enable_automation,
  back_to_arrangement,
};
