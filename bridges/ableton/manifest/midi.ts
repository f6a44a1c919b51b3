/** MIDI beside OSC: notes, controllers, transport and clock, where this machine has MIDI ports. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";

const Port = z.string().min(1).max(200).optional().describe(
  "a part of the port's name; else the bridge's own or the first",
);
const Channel = z.number().int().min(1).max(16).default(1);
const Byte = z.number().int().min(0).max(127);

export const MidiMessage = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("note"),
    pitch: Byte,
    velocity: Byte.default(100),
    channel: Channel,
    duration_ms: z.number().int().min(1).max(60_000).default(250),
  }),
  z.strictObject({ type: z.literal("note_on"), pitch: Byte, velocity: Byte.default(100), channel: Channel }),
  z.strictObject({ type: z.literal("note_off"), pitch: Byte, channel: Channel }),
  z.strictObject({ type: z.literal("cc"), controller: Byte, value: Byte, channel: Channel }),
  z.strictObject({ type: z.literal("program"), program: Byte, channel: Channel }),
  z.strictObject({ type: z.literal("pitch_bend"), value: z.number().min(-1).max(1), channel: Channel }),
  z.strictObject({ type: z.enum(["start", "continue", "stop", "clock"]) }),
]);
export type MidiMessage = z.output<typeof MidiMessage>;

const list_midi_ports = query({
  summary: "Lists the MIDI outputs of the bridge's machine.",
  args: z.strictObject({}),
  result: z.object({
    available: z.boolean(),
    reason: z.string().nullable(),
    ports: z.array(z.string()),
    clock: z.string().nullable().describe("the port that the MIDI clock is sent to, while it runs"),
  }),
  phrases: ["(list|show) [the] midi (ports|outputs)"],
});

const send_midi = command({
  summary: "Sends MIDI messages in order: notes, controllers, program changes, pitch bend, transport.",
  args: z.strictObject({ port: Port, messages: z.array(MidiMessage).min(1).max(500) }),
  result: z.object({ port: z.string(), sent: z.number().int().describe("messages, with the note-offs") }),
  undo: "none",
  timeoutMs: 70_000,
});

const start_midi_clock = command({
  summary:
    "Sends MIDI clock, 24 ticks a beat, at Live's tempo or another; from JavaScript's timers, so with a jitter of milliseconds.",
  args: z.strictObject({
    port: Port,
    bpm: z.number().min(20).max(999).optional().describe("else Live's tempo, as it changes"),
  }),
  result: z.object({ port: z.string(), bpm: z.number() }),
  idempotent: true,
  undo: { command: "stop_midi_clock" },
  phrases: ["(start|send) [the] midi clock", "(start|send) [the] midi clock at {bpm} [bpm]"],
});

const stop_midi_clock = command({
  summary: "Ends the MIDI clock.",
  args: z.strictObject({}),
  result: z.object({ was_running: z.boolean() }),
  idempotent: true,
  undo: "none",
  phrases: ["stop [the] midi clock"],
});

export const midiCommands = { list_midi_ports, send_midi, start_midi_clock, stop_midi_clock };
