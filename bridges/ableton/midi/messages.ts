/** MIDI messages as bytes (MIDI 1.0). */
import type { MidiMessage } from "../manifest/midi.ts";

export const CLOCK = [0xf8] as const;
const REALTIME = { clock: 0xf8, start: 0xfa, continue: 0xfb, stop: 0xfc } as const;

/** What is sent at once, and what after a while: the end of a note. */
export interface TimedBytes {
  bytes: readonly number[];
  /** Milliseconds. */
  afterMs: number;
}

export function bytesOf(message: MidiMessage): TimedBytes[] {
  const now = (...bytes: number[]): TimedBytes[] => [{ bytes, afterMs: 0 }];
  switch (message.type) {
    case "note": {
      const { pitch, velocity, channel, duration_ms } = message;
      return [...now(0x90 | channel - 1, pitch, velocity), {
        bytes: [0x80 | channel - 1, pitch, 0],
        afterMs: duration_ms,
      }];
    }
    case "note_on":
      return now(0x90 | message.channel - 1, message.pitch, message.velocity);
    case "note_off":
      return now(0x80 | message.channel - 1, message.pitch, 0);
    case "cc":
      return now(0xb0 | message.channel - 1, message.controller, message.value);
    case "program":
      return now(0xc0 | message.channel - 1, message.program);
    case "pitch_bend": {
      const value = Math.min(16_383, Math.round((message.value + 1) * 8_192));
      return now(0xe0 | message.channel - 1, value & 0x7f, value >> 7);
    }
    default:
      return now(REALTIME[message.type]);
  }
}
