import assert from "node:assert/strict";
import { MidiMessage } from "../manifest/midi.ts";
import { bytesOf } from "./messages.ts";
import { Midi, type MidiDriver, VIRTUAL_PORT } from "./midi.ts";
import { MidiClock } from "./midi_clock.ts";

const bytes = (message: Parameters<typeof MidiMessage.parse>[0]) => bytesOf(MidiMessage.parse(message));

Deno.test("messages are the bytes of MIDI 1.0, and a note ends by itself", () => {
  assert.deepEqual(bytes({ type: "note", pitch: 60, channel: 2, duration_ms: 100 }), [
    { bytes: [0x91, 60, 100], afterMs: 0 },
    { bytes: [0x81, 60, 0], afterMs: 100 },
  ]);
  const now = (...data: number[]) => [{ bytes: data, afterMs: 0 }];
  assert.deepEqual(bytes({ type: "cc", controller: 7, value: 127, channel: 16 }), now(0xbf, 7, 127));
  assert.deepEqual(bytes({ type: "program", program: 5 }), now(0xc0, 5));
  assert.deepEqual(bytes({ type: "pitch_bend", value: 0 }), now(0xe0, 0, 64));
  assert.deepEqual(bytes({ type: "pitch_bend", value: 1 }), now(0xe0, 127, 127));
  assert.deepEqual(bytes({ type: "pitch_bend", value: -1 }), now(0xe0, 0, 0));
  assert.deepEqual(bytes({ type: "continue" }), now(0xfb));
});

Deno.test("the clock ticks 24 times a beat, follows the tempo, and makes up for a late timer", () => {
  let [time, bpm, ticks] = [0, 120, 0];
  using clock = new MidiClock({ send: () => ticks++, bpm: () => bpm, now: () => time });
  for (; time <= 1_000; time += 7) clock.step();
  assert.equal(ticks, 48);
  bpm = 60;
  for (const end = time + 1_000; time <= end; time += 90) clock.step();
  assert.ok(Math.abs(ticks - 48 - 24) <= 2, String(ticks));
});

Deno.test("a machine where MIDI does not load has none, and says why and what to do", async () => {
  using midi = new Midi(() => Promise.reject(new Error("no sequencer")));
  assert.deepEqual(await midi.ports(), {
    available: false,
    reason: "MIDI does not work here: no sequencer",
    ports: [],
  });
  await assert.rejects(midi.output(undefined), { code: "COMMAND_FAILED" });
});

Deno.test("a port is found by a part of its name; without one the bridge's own is used, or the first", async () => {
  const opened: string[] = [];
  const open = (name: string) => {
    opened.push(name);
    return { name, send: () => {}, [Symbol.dispose]: () => void opened.splice(opened.indexOf(name), 1) };
  };
  const driver: MidiDriver = { names: () => ["IAC Driver Bus 1", "loopMIDI Port"], open };
  {
    using midi = new Midi(() => Promise.resolve(driver));
    assert.equal((await midi.output("loop")).name, "loopMIDI Port");
    assert.equal((await midi.output(undefined)).name, "IAC Driver Bus 1");
    await midi.output("LOOPMIDI");
    assert.equal(opened.length, 2);
    await assert.rejects(midi.output("nothing like it"), { code: "NOT_FOUND" });
    using own = new Midi(() => Promise.resolve({ ...driver, openVirtual: open }));
    assert.equal((await own.output(undefined)).name, VIRTUAL_PORT);
  }
  assert.deepEqual(opened, []);
});

Deno.test("where RtMidi cannot work, the bridge has no MIDI and goes on", async () => {
  using midi = new Midi();
  const { available, reason } = await midi.ports();
  assert.equal(available, reason === null);
});
