/** MIDI beside OSC. */
import { pause } from "@patchbay/bridge-kit";
import type { midiCommands } from "../manifest/midi.ts";
import { bytesOf } from "../midi/messages.ts";
import { MidiClock } from "../midi/midi_clock.ts";
import type { CommandContext, HandlersOf } from "./context.ts";

/** The one clock of a bridge. */
export class RunningClock implements Disposable {
  #clock: MidiClock | undefined;
  #port: string | null = null;

  /** Where it is sent to, while it runs. */
  get port(): string | null {
    return this.#port;
  }

  start(port: string, clock: () => MidiClock): void {
    this.stop();
    this.#clock = clock();
    this.#port = port;
  }

  stop(): boolean {
    const ran = this.#clock !== undefined;
    this.#clock?.[Symbol.dispose]();
    this.#clock = undefined;
    this.#port = null;
    return ran;
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}

export const midiHandlers = (clock: RunningClock): HandlersOf<typeof midiCommands> => ({
  list_midi_ports: async ({ midi }) => ({ ...await midi.ports(), clock: clock.port }),
  send_midi: async ({ midi, signal }: CommandContext, { port, messages }) => {
    const output = await midi.output(port);
    const timed = messages.flatMap(bytesOf).map((one, order) => ({ ...one, order }))
      .sort((a, b) => a.afterMs - b.afterMs || a.order - b.order);
    let passed = 0;
    for (const { bytes, afterMs } of timed) {
      // a cancelled command ends its notes at once: none is left hanging
      if (afterMs > passed && !signal.aborted) await pause(afterMs - passed, signal);
      passed = afterMs;
      output.send(bytes);
    }
    return { port: output.name, sent: timed.length };
  },
  start_midi_clock: async ({ midi, session }, { port, bpm }) => {
    const output = await midi.output(port);
    const tempo = () => bpm ?? session.known.transport.tempo;
    clock.start(output.name, () => new MidiClock({ send: (bytes) => output.send(bytes), bpm: tempo }));
    return { port: output.name, bpm: tempo() };
  },
  stop_midi_clock: () => Promise.resolve({ was_running: clock.stop() }),
});
