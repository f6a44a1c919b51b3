/** The simulated AbletonOSC, asked over UDP as any client asks it: what the published script does, it does. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import {
  decodeOsc,
  encodeOscBundle,
  encodeOscMessage,
  type OscArgument,
  type OscMessage,
  type ReceivedOscMessage,
} from "@patchbay/bridge-kit";
import { HandClock } from "./simulator/clock.ts";
import { groupTracks } from "./simulator/groups.ts";
import { type LiveSimulatorOptions, startLiveSimulator } from "./simulator.ts";
import { fillSet } from "./testing/fixture.ts";
import { until } from "./testing/until.ts";

const int = (value: number): OscArgument => ({ type: "i", value });
const float = (value: number): OscArgument => ({ type: "f", value });

/** A simulator whose clock stands still, and a client on its reply port. */
async function setup(options: LiveSimulatorOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
  stack.defer(() => new Promise<void>((resolve) => void socket.close(() => resolve())));
  const heard: ReceivedOscMessage[] = [];
  socket.on("message", (bytes: Uint8Array) => void heard.push(...decodeOsc(bytes)));
  const clock = new HandClock();
  const live = stack.use(await startLiveSimulator({ port: 0, replyPort: socket.address().port, clock, ...options }));
  live.simulate(fillSet);
  await until(() => heard.length === 2);
  heard.splice(0);
  const sendBytes = (bytes: Uint8Array) =>
    new Promise<void>((resolve) => socket.send(bytes, live.port, "127.0.0.1", () => resolve()));
  const send = (address: string, ...args: OscArgument[]) => sendBytes(encodeOscMessage({ address, args }));
  const held = stack.move();
  return { live, clock, heard, send, sendBytes, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Sends all, lets one tick pass, and waits for so many messages. */
async function answers(test: Awaited<ReturnType<typeof setup>>, messages: OscMessage[], count: number) {
  test.heard.splice(0);
  for (const { address, args } of messages) await test.send(address, ...args);
  await until(() => test.live.waiting === messages.length);
  test.clock.advance(100);
  await until(() => test.heard.length >= count);
  return test.heard.map(({ address, args }) => [address, ...args]);
}

const get = (property: string, ...args: OscArgument[]) => ({ address: property, args });

Deno.test("answers come with the tick, to the reply port, with the ids in front and what else came behind", async () => {
  await using test = await setup();
  assert.deepEqual(
    await answers(test, [get("/live/track/get/name", int(0)), get("/live/song/get/tempo", int(4711))], 2),
    [["/live/track/get/name", 0, "Bass"], ["/live/song/get/tempo", 120, 4711]],
  );
  assert.deepEqual(await answers(test, [get("/live/track/get/volume", int(0), int(4711))], 1), [
    ["/live/track/get/volume", 0, 0.85],
  ]);
});

Deno.test("an error names nothing, ends the tick, and takes the rest of its bundle along", async () => {
  await using test = await setup();
  assert.deepEqual(
    await answers(test, [get("/live/track/get/name", int(99)), get("/live/track/get/name", int(0))], 1),
    [["/live/error", "Index out of range"]],
  );
  test.clock.advance(100);
  await until(() => test.heard.length === 2);
  assert.deepEqual(test.heard[1]?.args, [0, "Bass"]);
  test.heard.splice(0);
  await test.sendBytes(encodeOscBundle([
    get("/live/clip/get/name", int(0), int(5)),
    get("/live/track/set/name", int(0), "lost"),
  ]));
  await until(() => test.live.waiting === 1);
  test.clock.advance(100);
  await until(() => test.heard.length === 1);
  assert.match(String(test.heard[0]?.args[0]), /'NoneType' object has no attribute/);
  assert.equal(test.live.set.document.tracks[0]?.name, "Bass");
});

Deno.test("integers, booleans and pitches refuse floats; float properties take integers", async () => {
  await using test = await setup();
  const refused = async (address: string, ...args: OscArgument[]) => {
    const [[said] = []] = await answers(test, [{ address, args }], 1);
    assert.equal(said, "/live/error", address);
  };
  await refused("/live/track/set/mute", int(0), float(1));
  await refused("/live/song/set/signature_numerator", float(3));
  await refused("/live/clip/add/notes", int(0), int(0), float(60), float(0), float(1), int(100), int(0));
  await refused("/live/clip_slot/fire", float(0), float(0));
  await refused("/live/track/set/volume", int(0), float(1.5));
  await answers(test, [get("/live/song/set/tempo", int(99)), get("/live/song/get/tempo")], 1);
  assert.equal(test.live.set.document.song.tempo, 99);
});

Deno.test("of '*', setting reaches every track and asking the first; address patterns work", async () => {
  await using test = await setup();
  const [first, ...more] = await answers(test, [
    get("/live/track/set/mute", "*", int(1)),
    get("/live/track/get/mute", "*"),
  ], 1);
  assert.deepEqual([first, more], [["/live/track/get/mute", 0, true], []]);
  assert.ok(test.live.set.document.tracks.every(({ mute }) => mute));
  const song = await answers(test, [get("/live/song/get/loop*")], 2);
  // the script wants one character at least where the star stands
  assert.deepEqual(song.map(([address]) => address), [
    "/live/song/get/loop_length",
    "/live/song/get/loop_start",
  ]);
});

Deno.test("a listener says the present value at once, then each change, with the arguments that it was registered with", async () => {
  await using test = await setup();
  assert.deepEqual(await answers(test, [get("/live/track/start_listen/volume", int(1), int(77))], 1), [
    ["/live/track/get/volume", 1, 77, 0.85],
  ]);
  test.live.simulate(({ document }) => void (document.tracks[1]!.volume = 0.5));
  assert.deepEqual(await answers(test, [], 1), [["/live/track/get/volume", 1, 77, 0.5]]);
});

Deno.test("a listener stays with its track while the tracks move, and its old index cannot be listened to again", async () => {
  await using test = await setup();
  await answers(test, [get("/live/track/start_listen/volume", int(1))], 1);
  await answers(test, [get("/live/song/delete_track", int(0)), get("/live/test")], 1);
  test.live.simulate(({ document }) => void (document.tracks[0]!.volume = 0.25));
  assert.deepEqual(await answers(test, [], 1), [["/live/track/get/volume", 1, 0.25]]);
  assert.deepEqual(await answers(test, [get("/live/track/start_listen/volume", int(1))], 1), [
    ["/live/error", "Observer not connected"],
  ]);
});

Deno.test("notes come in the range that is asked for; without one the highest pitch is missing", async () => {
  await using test = await setup();
  test.live.simulate(({ document }) =>
    void document.tracks[0]!.slots[0]!.notes.push({ pitch: 127, start: 0.5, duration: 1, velocity: 90, mute: true })
  );
  const [all] = await answers(test, [get("/live/clip/get/notes", int(0), int(0))], 1);
  assert.equal((all!.length - 3) / 5, 4);
  const range = [int(0), int(128), float(0), float(1)];
  const [some] = await answers(test, [get("/live/clip/get/notes", int(0), int(0), ...range)], 1);
  assert.deepEqual(some?.slice(3), [40, 0, 0.5, 100, false, 127, 0.5, 1, 90, true]);
});

Deno.test("an answer that is larger than the system sends is none", async () => {
  await using test = await setup({ maxDatagramBytes: 200 });
  test.live.simulate(({ document }) => {
    for (let i = 0; i < 50; i++) {
      document.tracks[0]!.slots[0]!.notes.push({ pitch: 60, start: i / 16, duration: 0.1, velocity: 90, mute: false });
    }
  });
  const [said] = await answers(test, [get("/live/clip/get/notes", int(0), int(0))], 1);
  assert.deepEqual(said, ["/live/error", "[Errno 40] Message too long"]);
});

Deno.test("clips start at the bar, the song runs by the clock, loops, and meters follow the notes", async () => {
  await using test = await setup();
  await answers(test, [get("/live/clip/fire", int(0), int(0)), get("/live/test")], 1);
  const { set } = test.live;
  assert.deepEqual([set.isPlaying, set.playingSlot(set.document.tracks[0]!)], [true, 0]);
  test.clock.advance(500);
  assert.ok(Math.abs(set.songTime - 1) < 1e-9, String(set.songTime));
  assert.ok(set.meter(set.document.tracks[0]!) > 0.5);
  await answers(test, [get("/live/clip/fire", int(1), int(0)), get("/live/test")], 1);
  assert.equal(set.playingSlot(set.document.tracks[1]!), -1);
  test.clock.advance(1_500);
  assert.equal(set.playingSlot(set.document.tracks[1]!), 0);
  set.document.song.loop = true;
  set.document.song.loop_length = 8;
  test.clock.advance(2_500);
  assert.ok(set.songTime < 8, String(set.songTime));
});

Deno.test("each value that is set is a step of undo; one that is there already is none", async () => {
  await using test = await setup();
  const same = get("/live/song/set/tempo", int(120));
  await answers(test, [get("/live/song/set/tempo", int(90)), get("/live/song/undo"), same, get("/live/test")], 1);
  assert.equal(test.live.set.document.song.tempo, 120);
  assert.equal(test.live.set.canUndo, false);
  await answers(test, [get("/live/song/redo"), get("/live/test")], 1);
  assert.equal(test.live.set.document.song.tempo, 90);
});

Deno.test("a group folds its tracks away, is heard as they are together, and has no listener for any of it", async () => {
  await using test = await setup();
  test.live.simulate(({ document }) => void groupTracks(document, "Rhythm", 0, 2));
  const ask = async (property: string, ...tracks: number[]) =>
    (await answers(test, tracks.map((track) => get(`/live/track/get/${property}`, int(track))), tracks.length))
      .map(([, , value]) => value);
  assert.deepEqual(await ask("is_foldable", 0, 1, 3), [true, false, false]);
  assert.deepEqual(await ask("is_grouped", 0, 1, 3), [false, true, false]);
  assert.deepEqual(await ask("fold_state", 0, 1), [false, null]);
  await answers(test, [get("/live/track/set/fold_state", int(0), int(1)), get("/live/test")], 1);
  assert.deepEqual(await ask("fold_state", 0), [true]);
  assert.deepEqual(await ask("is_visible", 0, 1, 2, 3), [true, false, false, true]);
  assert.equal(test.live.set.canUndo, false, "how the set is looked at is no step of undo");
  for (
    const [address, error] of [
      ["set/fold_state", "Track is not foldable"],
      ["start_listen/fold_state", "'Track' object has no attribute 'add_fold_state_listener'"],
    ] as const
  ) {
    assert.deepEqual(await answers(test, [get(`/live/track/${address}`, int(3), int(1))], 1), [["/live/error", error]]);
  }
  const slots = ["is_group_slot", "controls_other_clips", "has_clip"].map((property) =>
    get(`/live/clip_slot/get/${property}`, int(0), int(0))
  );
  assert.deepEqual((await answers(test, slots, 3)).map((said) => said.at(-1)), [true, true, false]);
  await answers(test, [get("/live/clip_slot/fire", int(0), int(0)), get("/live/test")], 1);
  const { set } = test.live;
  assert.deepEqual(set.document.tracks.map((track) => set.playingSlot(track)), [-1, 0, 0, -1, -1]);
  assert.ok(set.meter(set.document.tracks[0]!) > 0.5);
  await answers(test, [get("/live/track/set/mute", int(0), int(1)), get("/live/test")], 1);
  assert.equal(set.meter(set.document.tracks[1]!), 0);
  await answers(test, [get("/live/song/create_midi_track", int(2)), get("/live/test")], 1);
  assert.deepEqual(await ask("is_grouped", 2), [true]);
});

Deno.test("what is no OSC is complained about, and nothing breaks", async () => {
  await using test = await setup();
  await test.sendBytes(new Uint8Array([1, 2, 3]));
  await test.send("/live/no/such/thing");
  await until(() => test.live.waiting === 2);
  test.clock.advance(100);
  await until(() => test.heard.length === 2);
  assert.match(String(test.heard[0]?.args[0]), /parsing/);
  assert.match(String(test.heard[1]?.args[0]), /Unknown OSC address: \/live\/no\/such\/thing/);
});
