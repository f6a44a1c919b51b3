/** Bad weather between the bridge and Live: what is lost is asked again, what is doubled happens once, what is late harms nothing. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import type { AdapterHost } from "@patchbay/bridge-kit";
import { newId, PatchbayError } from "@patchbay/contracts";
import { abletonAdapter } from "./adapter.ts";
import { findLive } from "./find.ts";
import { startLiveSimulator } from "./simulator.ts";
import { type AbletonStudio, startAbletonStudio, type StudioOptions } from "./testing/ableton_studio.ts";
import { fillSet } from "./testing/fixture.ts";
import { until } from "./testing/until.ts";

type Rules = NonNullable<NonNullable<StudioOptions["faults"]>["rules"]>;

/** In good weather at first. */
async function inWeather(rules: Rules, options: StudioOptions = {}): Promise<AbletonStudio> {
  const faults = options.fixedPort === true ? {} : { faults: { seed: 11 } };
  const studio = await startAbletonStudio({ answerMs: 60, lookMs: 60_000, ...faults, ...options });
  studio.live.simulate(fillSet);
  await studio.call("list_tracks", {});
  for (const rule of rules) studio.proxy?.faults.add(rule);
  return studio;
}

/** A day's work: every kind of command, whose effect is looked at inside the simulator. */
async function work({ call, live }: AbletonStudio): Promise<void> {
  await call("set_tempo", { bpm: 133.7 });
  await call("turn_track", { track: "Bass", direction: "down", db: 3 });
  await call("replace_notes", {
    clip: "Line",
    notes: Array.from({ length: 300 }, (_, i) => ({ pitch: 30 + i % 60, start: i / 64, duration: 0.1 })),
  });
  await call("set_parameter", { track: "Bass", device: "Auto Filter", parameter: "Frequency", value: 77 });
  await call("rename_scene", { scene: 2, name: "Größe" });
  const { song, tracks, scenes } = live.set.document;
  assert.equal(song.tempo, Math.fround(133.7));
  assert.ok(Math.abs(tracks[0]!.volume - 0.775) < 1e-6);
  assert.equal(tracks[0]!.slots[0]!.notes.length, 300);
  assert.equal(tracks[0]!.devices[1]!.parameters[1]!.value, 77);
  assert.equal(scenes[1]!.name, "Größe");
  const { tracks: read } = await call("get_session", { notes: true });
  assert.deepEqual(read.map(({ name }) => name), ["Bass", "Drums", "Vox", "Ambience"]);
  assert.equal(read[0]?.notes?.["1"]?.length, 300);
}

const WEATHER: [string, Rules][] = [
  ["one datagram in ten is lost", [{ fault: "lose", probability: 0.1 }]],
  ["one datagram in three comes twice, the second one late", [{ fault: "duplicate", probability: 0.33, afterMs: 40 }]],
  ["answers are late, and overtake one another", [{ fault: "delay", ms: 0, jitterMs: 45, direction: "down" }]],
  ["one answer in eight is cut off", [{ fault: "truncate", probability: 0.12, direction: "down" }]],
];

for (const [title, rules] of WEATHER) {
  Deno.test(`${title}: everything is done all the same, and read as it is`, async () => {
    await using studio = await inWeather(rules);
    await work(studio);
    assert.ok((studio.proxy?.faults.history.length ?? 0) > 5, "there was no bad weather");
  });
}

Deno.test("damaged answers, which UDP's own checksum lets pass hardly ever, become problems at worst, and the bridge goes on", async () => {
  await using studio = await inWeather([{ fault: "corrupt", probability: 0.5, direction: "down", times: 40 }]);
  let done = 0;
  while ((studio.proxy?.faults.history.length ?? 0) < 40) {
    try {
      await studio.call("set_track_pan", { track: "Bass", pan: (done % 10) / 10 });
      await studio.call("get_notes", { clip: "Line" });
      done++;
    } catch (error) {
      assert.ok(error instanceof PatchbayError, String(error));
    }
  }
  assert.ok(done > 0);
  assert.equal((await studio.call("set_tempo", { bpm: 77 })).value, 77);
  assert.equal((await studio.call("get_notes", { clip: "Line" })).notes.length, 4);
});

Deno.test("what must not happen twice is sent once: a lost one is said to have had no effect, a doubled one is noticed", async () => {
  {
    await using studio = await inWeather([{ fault: "lose", on: "/live/song/create_midi_track", times: 1 }]);
    await assert.rejects(studio.call("create_track", { name: "Lead" }), { code: "COMMAND_FAILED" });
    assert.equal(studio.live.set.document.tracks.length, 4);
    assert.equal((await studio.call("create_track", { name: "Lead" })).number, 5);
  }
  await using studio = await inWeather([{ fault: "duplicate", on: "/live/song/create_midi_track", times: 1 }]);
  await assert.rejects(studio.call("create_track", { name: "Lead" }), { code: "OUTCOME_UNKNOWN" });
});

Deno.test("an error of Live's becomes a problem that says what was refused, and the next command works", async () => {
  await using studio = await inWeather([]);
  await assert.rejects(
    studio.call("set_clip_loop", { clip: "Line", start: 3, end: 2 }),
    (error) =>
      error instanceof Error && /Live refuses \/live\/clip\/set\/loop_\w+: Invalid loop range/.test(error.message),
  );
  await assert.rejects(studio.call("mute_track", { track: "Nobody" }), { code: "NOT_FOUND" });
  await assert.rejects(studio.call("get_clip", { clip: "Nothing", track: "Bass" }), { code: "NOT_FOUND" });
  await assert.rejects(
    studio.call("set_parameter", { track: "Bass", device: 2, parameter: "Frequency", value: 999 }),
    { code: "INVALID_ARGUMENTS" },
  );
  await assert.rejects(studio.call("create_clip", { track: "Vox" }), { code: "COMMAND_FAILED" });
  await assert.rejects(studio.call("create_clip", { track: "Bass", scene: 1 }), { code: "CONFLICT" });
  assert.equal((await studio.call("set_tempo", { bpm: 99 })).value, 99);
});

Deno.test("a Live that shows a dialog is told apart from one that is gone, and goes on when the dialog is closed", async () => {
  await using studio = await inWeather([], { silenceMs: 400 });
  studio.live.hang(true);
  await until(() => studio.bridge.status === "degraded");
  assert.match(studio.bridge.reason, /dialog/);
  await assert.rejects(studio.call("set_tempo", { bpm: 99 }, { timeoutMs: 500 }), { code: "APP_UNRESPONSIVE" });
  studio.live.hang(false);
  await until(() => studio.bridge.status === "idle");
  assert.equal((await studio.call("set_tempo", { bpm: 101 })).value, 101);
});

Deno.test("a Live that is closed is gone after a while, and one that is started again is found, read and listened to", async () => {
  await using studio = await startAbletonStudio({ fixedPort: true, answerMs: 20, lookMs: 50, goneMs: 200 });
  const { port } = studio.live;
  await studio.live[Symbol.asyncDispose]();
  await until(() => studio.bridge.status === "degraded" || studio.bridge.status === "disconnected");
  await assert.rejects(studio.call("set_tempo", { bpm: 99 }, { timeoutMs: 1_000 }), { code: "APP_NOT_CONNECTED" });
  await using again = await startLiveSimulator({ port, replyPort: studio.replyPort, tickMs: 10 });
  await studio.bridge.ready(AbortSignal.timeout(20_000));
  assert.equal((await studio.call("set_tempo", { bpm: 99 })).value, 99);
  await until(() => again.listeners > 40);
});

Deno.test("an older AbletonOSC that lacks something is told to be too old, and the rest works", async () => {
  await using studio = await startAbletonStudio({ simulator: { without: ["/live/song/set/scale_name"] } });
  await assert.rejects(studio.call("set_scale", { scale: "Minor" }), { code: "UNSUPPORTED_VERSION" });
  assert.equal((await studio.call("set_tempo", { bpm: 99 })).value, 99);
});

Deno.test("the values of a link are sent on at once: nothing is asked of Live for each", async () => {
  const live = await startLiveSimulator({ port: 0, replyPort: "sender", tickMs: 5 });
  live.simulate(fillSet);
  const ending = new AbortController();
  const nothing = () => {};
  const host: AdapterHost = {
    app: "ableton",
    bridge: "ws-07",
    bridgeVersion: "0.1.0",
    allowCode: false,
    workDir: Deno.cwd(),
    signal: ending.signal,
    state: nothing,
    event: nothing,
    channel: nothing,
    waiting: nothing,
    troubled: nothing,
    lost: nothing,
    putAsset: () => Promise.reject(new Error("there are no assets here")),
    getAsset: () => Promise.resolve(undefined),
  };
  const adapter = abletonAdapter({ mode: "interface", port: live.port, replyPort: 0, lookMs: 60_000 })(host);
  try {
    await adapter.open(host);
    const call = { id: newId(), signal: ending.signal, progress: nothing, deadline: Date.now() + 10_000, live: true };
    // of the song, its beat, and four tracks
    await until(() => live.listeners === 12 + 1 + 4 * 8);
    const began = live.asked;
    for (const value of [0.1, 0.2, 0.3]) {
      await adapter.execute({ ...call, command: "set_track_volume", args: { track: "Bass", value } });
      await adapter.execute({ ...call, command: "set_track_pan", args: { track: "Bass", pan: value } });
      await adapter.execute({ ...call, command: "set_tempo", args: { bpm: 100 + value } });
    }
    await until(() => live.set.document.song.tempo === Math.fround(100.3));
    assert.equal(live.set.document.tracks[0]!.volume, Math.fround(0.3));
    assert.equal(live.asked - began, 9);
  } finally {
    ending.abort();
    await adapter.close();
    await live[Symbol.asyncDispose]();
  }
});

Deno.test("garbage on the bridge's port breaks nothing", async () => {
  await using studio = await inWeather([], { fixedPort: true });
  const stranger = createSocket("udp4");
  for (let length = 0; length < 60; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length * 11) % 256);
    await new Promise<void>((resolve) => stranger.send(bytes, studio.replyPort, "127.0.0.1", () => resolve()));
  }
  await new Promise<void>((resolve) => void stranger.close(() => resolve()));
  assert.equal((await studio.call("set_tempo", { bpm: 88 })).value, 88);
});

Deno.test("the doctor tells a Live that answers, an AbletonOSC that is taken, and none at all apart", async () => {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
  const taken = socket.address().port;
  let port = 0;
  {
    await using live = await startLiveSimulator({ port: 0, replyPort: taken, tickMs: 5 });
    port = live.port;
    assert.match((await findLive({ port: live.port, replyPort: taken })).what, /is taken/);
    await new Promise<void>((resolve) => void socket.close(() => resolve()));
    const found = await findLive({ port: live.port, replyPort: taken });
    assert.deepEqual([found.found, found.remedy], [true, undefined]);
  }
  const none = await findLive({ port, replyPort: taken, waitMs: 20, folder: "/there/is/no/such/folder" });
  assert.deepEqual([none.found, /not installed/.test(none.what)], [false, true]);
});
