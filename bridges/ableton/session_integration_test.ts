/** What the bridge hears of Live: listeners, looks at the whole set, what people do by hand; and what it plays itself. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { decode } from "fast-png";
import { encodeOscMessage } from "@patchbay/bridge-kit";
import { StateUpdate, subjects } from "@patchbay/contracts";
import { readStream } from "@patchbay/bus";
import { newClip, newScene, newTrack } from "./simulator/document.ts";
import { fillSet } from "./testing/fixture.ts";
import { startAbletonStudio } from "./testing/ableton_studio.ts";
import { until } from "./testing/until.ts";

const code = (expected: string, message = /./) => (error: unknown) => {
  assert.ok(error instanceof Error && "code" in error, String(error));
  assert.equal(error.code, expected, error.message);
  return message.test(error.message);
};

/** Of the song, its beat, and four tracks. */
const LISTENERS = 12 + 1 + 4 * 8;

Deno.test("what a person does in Live is told as human_edit, and is in the state", async () => {
  await using studio = await startAbletonStudio();
  await using edits = await studio.listen("human_edit");
  await using changed = await studio.listen("tracks_changed");
  studio.live.simulate(fillSet);
  const { added } = await changed.first();
  assert.deepEqual(added, ["Bass", "Drums", "Vox", "Ambience"]);
  const { objects } = await edits.first(({ objects }) => (objects as string[]).includes("Bass"));
  assert.ok((objects as string[]).includes("1-MIDI"), "a track that went is named, too");
  // a fader is heard at once, whatever the next look says
  studio.live.simulate(({ document }) => void (document.tracks[1]!.volume = 0.25));
  await edits.first(({ objects }) => JSON.stringify(objects) === '["Drums"]');
  const subject = subjects.state("ableton", "ws-07");
  for await (
    const { message: { payload } } of readStream(studio.bus, "STATE", {
      subject,
      payload: StateUpdate,
      from: "start",
      follow: true,
    })
  ) {
    if (payload.cause === "human" && JSON.stringify(payload).includes("0.25")) break;
  }
});

Deno.test("tracks that a person moves are heard where they are now, and found by their names", async () => {
  await using studio = await startAbletonStudio();
  studio.live.simulate(fillSet);
  await studio.call("list_tracks", {});
  await using changed = await studio.listen("tracks_changed");
  studio.live.simulate(({ document }) => void document.tracks.splice(0, 1));
  // nobody has told the bridge yet: it looks before it does something
  assert.equal((await studio.call("mute_track", { track: "Vox" })).number, 2);
  assert.deepEqual(studio.live.set.document.tracks.map(({ mute }) => mute), [false, true, false]);
  await changed.first(({ tracks }) => tracks === 3);
  await using edits = await studio.listen("human_edit");
  // what follows a command at once is taken for its doing: a person goes on turning
  const turning = setInterval(
    () => studio.live.simulate(({ document }) => void (document.tracks[2]!.panning = -Math.random())),
    50,
  );
  try {
    await edits.first(({ objects }) => JSON.stringify(objects) === '["Ambience"]');
  } finally {
    clearInterval(turning);
  }
});

Deno.test("the song's beat, time and meters come on channels, and clips say when they start and stop", async () => {
  await using studio = await startAbletonStudio();
  studio.live.simulate(fillSet);
  await studio.call("add_pattern", { clip: "Beat", pattern: "four on the floor" });
  await using beats = await studio.channel("beat");
  await using times = await studio.channel("song_time");
  await using meters = await studio.channel("track_meters");
  await using launched = await studio.listen("clip_launched");
  await using started = await studio.listen("playback_started");
  await using stopped = await studio.listen("clip_stopped");
  await studio.call("set_tempo", { bpm: 600 });
  await studio.call("fire_scene", { scene: 1 });
  await started.first();
  assert.deepEqual(await launched.first(({ clip }) => clip === "Beat"), {
    track: "Drums",
    number: 2,
    scene: 1,
    clip: "Beat",
  });
  await beats.first(({ beat }) => (beat as number) >= 2);
  await times.first(({ beats }) => (beats as number) > 2);
  const { peak } = await meters.first(({ tracks }) => {
    const all = tracks as Record<string, { level: number }>;
    return all["Drums"]!.level > 0.1;
  });
  assert.ok((peak as number) <= 1);
  await studio.call("stop", {});
  await stopped.first(({ clip }) => clip === "Beat");
});

Deno.test("a property that somebody listens to comes on its channel until nobody does", async () => {
  await using studio = await startAbletonStudio({ lookMs: 60_000 });
  studio.live.simulate(fillSet);
  await using listened = await studio.channel("listened");
  await until(() => studio.live.listeners === LISTENERS);
  await studio.call("list_tracks", {});
  await studio.call("list_tracks", {});
  const before = studio.live.listeners;
  const asked = { of: "parameter", track: "Bass", device: "Auto Filter", property: "Frequency", as: "cutoff" } as const;
  assert.equal((await studio.call("listen", asked)).value, 100);
  studio.live.simulate(({ document }) => void (document.tracks[0]!.devices[1]!.parameters[1]!.value = 42));
  await listened.first(({ cutoff }) => cutoff === 42);
  await studio.call("unlisten", { as: "cutoff" });
  await until(() => studio.live.listeners === before);
  await assert.rejects(
    studio.call("listen", { of: "song", property: "no_such_thing", as: "x" }),
    code("NOT_FOUND"),
  );
});

Deno.test("a ramp moves a parameter over beats by the tempo, ends where it shall, and can be taken back", async () => {
  await using studio = await startAbletonStudio();
  studio.live.simulate(fillSet);
  await using finished = await studio.listen("automation_finished");
  const values = new Set<number>();
  const filter = () => studio.live.set.document.tracks[0]!.devices[1]!.parameters[1]!;
  const ramp = await studio.call("automate_parameter", {
    track: "Bass",
    device: "Auto Filter",
    parameter: "Frequency",
    to: 20,
    beats: 2,
    curve: "ease_out",
  });
  assert.equal(ramp.status, "running");
  await until(() => values.add(filter().value).size > 4);
  assert.equal((await finished.first())["status"], "finished");
  assert.equal(filter().value, 20);
  const seen = [...values];
  assert.deepEqual(seen.toSorted((a, b) => b - a), seen, "it only falls");
  assert.equal((await studio.call("stop_automation", { id: ramp.id, restore: true })).status, "finished");
  assert.equal(filter().value, 100);
  // another ramp of the same thing takes its place
  const first = await studio.call("automate_parameter", { track: "Bass", parameter: "volume", to: 0, beats: 400 });
  await studio.call("automate_parameter", { track: "Bass", parameter: "volume", to: 1, beats: 400 });
  const { automations } = await studio.call("list_automations", {});
  assert.equal(automations.find(({ id }) => id === first.id)?.status, "stopped");
  await assert.rejects(
    studio.call("automate_parameter", { track: "Bass", parameter: "volume", to: 7, beats: 4 }),
    code("INVALID_ARGUMENTS", /goes from 0 to 1/),
  );
});

Deno.test("a set is made in one go, read in one answer, heard as a WAV and seen as a PNG", async () => {
  await using studio = await startAbletonStudio();
  const notes = [36, 43, 48].map((pitch, start) => ({ pitch, start, duration: 1, velocity: 110 }));
  const plan = {
    tempo: 120,
    tracks: [
      { name: "Bass", color: "#ff3636", clips: [{ scene: 1, name: "Line", length: 4, notes }] },
      { name: "Schlagzeug – größer", clips: [{ scene: 1, name: "Beat", length: 4 }] },
    ],
  };
  const made = await studio.call("apply_session", plan);
  assert.deepEqual(made.created, { tracks: ["Bass", "Schlagzeug – größer"], scenes: 0, clips: 2 });
  // again it changes nothing
  const again = await studio.call("apply_session", plan);
  assert.deepEqual([again.created.tracks, again.created.clips], [[], 0]);
  const { tracks } = await studio.call("get_session", { notes: true });
  assert.deepEqual(
    tracks.find(({ name }) => name === "Bass")?.notes?.["1"],
    notes.map((note) => ({ ...note, mute: false })),
  );
  const { audio, seconds } = await studio.call("export_audio", { name: "bass.wav", scene: 1, beats: 4 });
  assert.deepEqual([audio.name, audio.mediaType, seconds], ["bass.wav", "audio/wav", 2]);
  const wav = await studio.bytes(audio);
  const samples = new Int16Array(wav.slice(44).buffer);
  const loud = (from: number, to: number) =>
    Math.max(...samples.subarray(from * 88_200, to * 88_200).map((sample) => Math.abs(sample)));
  assert.ok(loud(0, 0.4) > 1_000, "the first note is heard");
  assert.ok(loud(1.8, 2) < 200, "after the last note it is quiet");
  await studio.call("mute_track", { track: "Bass" });
  const silent = await studio.bytes((await studio.call("export_audio", { scene: 1, beats: 4 })).audio);
  assert.ok(new Int16Array(silent.slice(44).buffer).every((sample) => sample === 0), "a muted track is not heard");
  await studio.call("mute_track", { track: "Bass", mute: false });
  const { image } = await studio.call("render_preview", { width: 600, height: 300 });
  const picture = decode(await studio.bytes(image));
  const at = (
    x: number,
    y: number,
  ) => [...picture.data.slice((y * picture.width + x) * 3, (y * picture.width + x) * 3 + 3)];
  assert.deepEqual([picture.width, picture.height, at(405, 2)], [600, 300, [0xff, 0x36, 0x36]]);
  await studio.call("revert_session", { revision: again.revision });
  await studio.call("revert_session", { revision: made.revision });
  assert.deepEqual(studio.live.set.document.tracks.map(({ name }) => name), ["1-MIDI", "2-MIDI", "3-Audio", "4-Audio"]);
  await assert.rejects(studio.call("revert_session", { revision: made.revision }), code("NOT_FOUND"));
});

Deno.test("half a set that cannot be finished is taken back", async () => {
  await using studio = await startAbletonStudio();
  const tracks = [{ name: "Good", clips: [{ scene: 1 }] }, {
    name: "Bad",
    parameters: [{ device: 1, parameter: 1, value: 1 }],
  }];
  await assert.rejects(studio.call("apply_session", { tempo: 99, tracks }), code("NOT_FOUND", /device/));
  const { song, tracks: left } = studio.live.set.document;
  assert.deepEqual([song.tempo, left.length], [120, 4]);
});

Deno.test("a clip with more notes than fit into an answer is read in windows of time", async () => {
  await using studio = await startAbletonStudio();
  studio.live.simulate(fillSet);
  const notes = Array.from(
    { length: 1_500 },
    (_, i) => ({ pitch: i % 128, start: i / 100, duration: 0.01, velocity: 1 + i % 127 }),
  );
  const written = await studio.call("replace_notes", { clip: "Line", notes });
  assert.equal(written.count, 1_500);
  const read = await studio.call("get_notes", { clip: "Line" });
  assert.deepEqual(read.notes.map(({ pitch }) => pitch), notes.map(({ pitch }) => pitch));
  assert.ok(read.notes.some(({ pitch }) => pitch === 127));
});

Deno.test("a set of 90 tracks, one of them with 250 clips, is read, though its clips do not fit into an answer", async () => {
  await using studio = await startAbletonStudio({ lookMs: 60_000 });
  studio.live.simulate(({ document }) => {
    while (document.scenes.length < 250) document.scenes.push(newScene(document));
    while (document.tracks.length < 90) document.tracks.push(newTrack(document, true));
    const [first] = document.tracks;
    for (const track of document.tracks) track.slots = document.scenes.map(() => null);
    first!.slots = document.scenes.map((_, i) => ({
      ...newClip(document, first!, 4),
      name: `A clip of some length ${i}`,
    }));
  });
  const { tracks, scenes } = await studio.call("get_session", {});
  assert.deepEqual([tracks.length, scenes.length, tracks[0]?.clips.length], [90, 250, 250]);
  assert.deepEqual(tracks[0]?.clips[249]?.name, "A clip of some length 249");
  assert.equal((await studio.call("mute_track", { track: 90 })).value, true);
});

Deno.test("without the simulator's extensions, what the published script cannot do is said, with what to do instead", async () => {
  await using studio = await startAbletonStudio({ simulator: { extended: false } });
  const limits = await studio.call("get_limits", {});
  assert.deepEqual([limits.script, limits.simulated, limits.extensions], ["AbletonOSC as it is published", false, []]);
  assert.ok(limits.limits.some((limit) => limit.includes("exported")));
  await assert.rejects(
    studio.call("add_device", { track: 1, device: "Reverb" }),
    code("COMMAND_FAILED", /cannot reach Live's browser/),
  );
  await assert.rejects(studio.call("export_audio", {}), code("COMMAND_FAILED", /no way to tell Live/));
  // a person is asked, exports, and the file is taken
  const asked = studio.call("export_audio", { name: "mix.wav", ask_person: true });
  await until(() => studio.live.messages.length > 0);
  const folder = studio.live.messages[0]!.split("into ")[1]!;
  await Deno.writeFile(`${folder}/whatever it is called.aif`, new Uint8Array([70, 79, 82, 77]));
  const { audio, by } = await asked;
  assert.deepEqual([audio.name, audio.mediaType, by], ["mix.aif", "audio/aiff", "person"]);
});

Deno.test("another program that asks Live is noticed; its answers harm nothing", async () => {
  await using studio = await startAbletonStudio({ fixedPort: true });
  studio.live.simulate(fillSet);
  await using noticed = await studio.listen("second_sender");
  const other = createSocket("udp4");
  const ask = () =>
    new Promise<void>((resolve) =>
      other.send(
        encodeOscMessage({ address: "/live/track/get/mute", args: [{ type: "i", value: 3 }] }),
        studio.live.port,
        "127.0.0.1",
        () => resolve(),
      )
    );
  for (let i = 0; i < 8; i++) await ask();
  assert.equal((await noticed.first())["address"], "/live/track/get/mute");
  assert.equal((await studio.call("mute_track", { track: "Drums" })).value, true);
  await new Promise<void>((resolve) => void other.close(() => resolve()));
});

Deno.test("a set that is opened anew is read anew, and listened to anew", async () => {
  await using studio = await startAbletonStudio({ lookMs: 60_000 });
  await using started = await studio.listen("live_started");
  studio.live.simulate(fillSet);
  await until(() => studio.live.listeners === LISTENERS);
  studio.live.reload();
  await started.first();
  await until(() => studio.live.listeners === LISTENERS);
  await using edits = await studio.listen("human_edit");
  studio.live.simulate(({ document }) => void (document.tracks[3]!.volume = 0.1));
  await edits.first(({ objects }) => JSON.stringify(objects) === '["Ambience"]');
});
