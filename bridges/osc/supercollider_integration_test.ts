import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeOscBundle, type OscMessage } from "@patchbay/bridge-kit";
import { getAsset } from "@patchbay/bus";
import { AssetRef, type JsonObject, PatchbayError } from "@patchbay/contracts";
import { shippedPath } from "./mod.ts";
import { definitionsFile } from "./supercollider/definitions.ts";
import { loadedWith, type OscStudio, startOscStudio } from "./testing/osc_studio.ts";
import { freeUdpPort } from "./testing/ports.ts";
import { HAS_SCSYNTH, type Scsynth, startJack, startScsynth } from "./testing/scsynth.ts";
import { loudest, pitchOf, readWav } from "./testing/wav.ts";

/** Left out where there is no scsynth with a JACK: `apt-get install supercollider-server jackd2`. */
const ignore = !HAS_SCSYNTH;
const YAML = shippedPath("supercollider");

const code = (expected: string, message = /./) => (error: unknown) =>
  error instanceof PatchbayError && error.code === expected && message.test(error.message);

async function sound() {
  await using stack = new AsyncDisposableStack();
  const server: Scsynth = stack.use(await startScsynth());
  const studio = stack.use(await startOscStudio({ loaded: await loadedWith(YAML, { port: server.port }) }));
  const held = stack.move();
  return { server, studio, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

const bytesOf = async ({ bus }: OscStudio, ref: unknown) => {
  const found = await getAsset(bus, AssetRef.parse(ref).id);
  return await new Response(found?.content).bytes();
};

Deno.test(
  { name: "scsynth: the shipped definition is a tone of 440 Hz, rendered without a sound card", ignore },
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "patchbay-nrt-" });
    try {
      /** Seconds of the score; its time tags count from 0, which is 1900. */
      const at = (seconds: number, ...messages: OscMessage[]) => {
        const bundle = encodeOscBundle(messages, seconds * 1000 - 2_208_988_800_000);
        const length = new Uint8Array(4);
        new DataView(length.buffer).setInt32(0, bundle.length);
        return [...length, ...bundle];
      };
      const score = [
        ...at(0, { address: "/d_recv", args: [definitionsFile()] }),
        ...at(0.001, {
          address: "/s_new",
          args: ["patchbay_tone", 1000, 0, 0, "amplitude", { type: "f", value: 0.5 }],
        }),
        ...at(1, { address: "/c_set", args: [0, 0] }),
      ];
      await Deno.writeFile(join(folder, "score.osc"), new Uint8Array(score));
      const render = new Deno.Command("scsynth", {
        args: ["-o", "2", "-N", join(folder, "score.osc"), "_", join(folder, "tone.wav"), "44100", "WAV", "int16"],
        stdout: "null",
        stderr: "null",
      });
      assert.ok((await render.output()).success);
      const { sampleRate, channels, samples: [left = new Float32Array(), right] } = readWav(
        await Deno.readFile(join(folder, "tone.wav")),
      );
      assert.equal(channels, 2);
      assert.ok(Math.abs(pitchOf(left, sampleRate) - 440) < 0.5, `${pitchOf(left, sampleRate)} Hz`);
      assert.ok(Math.abs(loudest(left) - 0.5) < 0.01, `${loudest(left)}`);
      assert.deepEqual(left, right);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test(
  { name: "scsynth: every command does what it says, and is taken back where it can be", ignore },
  async (t) => {
    await using test = await sound();
    const { studio } = test;
    const { call, undone, tried } = studio;
    /** All nodes, in their order. */
    const tree = () => call("query_tree");
    /** A buffer that was freed keeps its sample rate. */
    const sizeOf = (buffer: number) => async () => {
      const { frames, channels } = await call("query_buffer", { buffer });
      return { frames, channels };
    };
    const isThere = async (node: unknown) => Number((await call("query_node", { node }))["node"]) === node;
    const isGone = (node: unknown) => assert.rejects(call("query_node", { node }), code("COMMAND_FAILED", /not found/));

    await t.step("the server", async () => {
      const status = await call("get_status");
      assert.equal(status["nominal_sample_rate"], 44100);
      assert.equal((await call("get_version"))["program"], "scsynth");
      assert.ok(Number((await call("sync"))["synced"]) > 0);
      assert.ok(Number(status["definitions"]) >= 5);
    });

    await t.step("definitions", async () => {
      const definition = await studio.store("patchbay.scsyndef", "application/octet-stream", definitionsFile());
      assert.deepEqual(await call("load_definition", { definition: { ...definition } }), { confirmed: true });
      assert.deepEqual(await call("free_definition", { name: "patchbay_meter" }), { confirmed: true });
      await assert.rejects(call("start_meter"), code("COMMAND_FAILED", /SynthDef not found/));
      assert.deepEqual(await call("load_large_definition", { definition: { ...definition } }), { confirmed: true });
    });

    await t.step("synths and their controls", async () => {
      await using ended = await studio.events("node_ended");
      const args = { definition: "patchbay_tone", controls: { frequency: 330, amplitude: 0.1 } };
      const first = await undone("create_synth", args, tree);
      assert.equal((await ended.first())["node"], first["node"]);
      await isGone(first["node"]);
      const { node } = await call("create_synth", args);
      assert.deepEqual(await call("get_controls", { node, names: ["frequency", "gate"] }), {
        controls: { frequency: 330, gate: 1 },
      });
      const controls = () => call("get_controls", { node, names: ["frequency", "amplitude"] });
      const change = { node, controls: { frequency: 550, amplitude: 0.3 } };
      const changed = await undone("set_controls", change, controls);
      assert.deepEqual(changed["previous"], { frequency: 330, amplitude: 0.1 });
      const tuned = await undone("set_frequency", { node, frequency: 220 }, controls);
      assert.deepEqual(tuned, { frequency: 220, previous: 330 });
      const state = await studio.state(({ nodes }) => Object(nodes)[String(node)] === "synth");
      assert.equal(Object(state["nodes"])[String(node)], "synth");
      assert.deepEqual(await call("free_node", { node }), { confirmed: true });
      await isGone(node);
    });

    await t.step("groups, order, rest", async () => {
      await using paused = await studio.events("node_paused");
      await using resumed = await studio.events("node_resumed");
      await using moved = await studio.events("node_moved");
      await using over = await studio.events("node_ended");
      await undone("create_group", {}, tree);
      const { node: group } = await call("create_group");
      const { node } = await call("create_synth", { definition: "patchbay_tone", target: group });
      assert.equal((await call("query_node", { node }))["group"], group);
      await call("set_group_controls", { group, controls: { frequency: 660 } });
      assert.deepEqual(await call("get_controls", { node, names: ["frequency"] }), { controls: { frequency: 660 } });
      assert.deepEqual(await call("query_tree", { group }), { children: 1, tree: [node, -1, "patchbay_tone"] });
      await call("allocate_buffer", { buffer: 9, frames: 4096 });
      /** Whether something is heard: a tenth of a second is recorded, and looked at where a tone has its full volume. */
      const sounds = async () => {
        const recorder = await call("record_bus", { buffer: 9 });
        await over.first(({ node }) => node === recorder["node"]);
        const { samples } = await call("get_samples", { buffer: 9, start: 3000, count: 1000 });
        return Array.isArray(samples) && samples.some((sample) => Math.abs(Number(sample)) > 0.01);
      };
      assert.equal(await sounds(), true);
      await undone("pause_node", { node }, sounds);
      for (const events of [paused, resumed]) assert.equal((await events.first())["node"], node);
      await call("pause_node", { node });
      assert.equal(await sounds(), false);
      await undone("resume_node", { node }, sounds);
      await studio.state(({ paused }) => Object(paused)[String(node)] === true);
      await call("resume_node", { node });
      await studio.state(({ paused }) => Object.keys(Object(paused)).length === 0);
      await call("move_node", { node, place: "tail", target: 1 });
      assert.equal((await moved.first())["node"], node);
      assert.equal((await call("query_node", { node }))["group"], 1);
      await call("clear_group", {});
      await isGone(node);
      await isGone(group);
      const { node: again } = await call("create_group");
      const { node: inner } = await call("create_synth", { definition: "patchbay_tone", target: again });
      await call("clear_group_synths", {});
      await isGone(inner);
      assert.ok(await isThere(again));
      await call("free_node", { node: again });
      await call("free_buffer", { buffer: 9 });
    });

    await t.step("a control follows a bus", async () => {
      const bus = (bus: number) => () => call("get_bus", { bus });
      const set = await undone("set_bus", { bus: 20, value: 0.5 }, bus(20));
      assert.deepEqual(set, { value: 0.5, previous: 0 });
      const { node } = await call("create_synth", { definition: "patchbay_tone" });
      const mapping = { node, control: "frequency", bus: 20 };
      assert.deepEqual(await call("map_control", mapping), { confirmed: true });
      assert.deepEqual(await call("map_control", { ...mapping, bus: -1 }), { confirmed: true });
      const all = () => Promise.all([30, 31, 32].map((each) => bus(each)()));
      assert.deepEqual(await undone("set_buses", { first: 30, values: [1, 2, 3] }, all), { previous: [0, 0, 0] });
      await call("free_node", { node });
    });

    await t.step("buffers", async () => {
      const args = { buffer: 3, frames: 8, channels: 1 };
      const size = sizeOf(3);
      await undone("allocate_buffer", args, size);
      await call("allocate_buffer", args);
      assert.deepEqual(await size(), { frames: 8, channels: 1 });
      await assert.rejects(call("allocate_buffer", args), code("CONFLICT", /8 1/));
      const write = { buffer: 3, start: 2, samples: [0.25, -0.5] };
      const samples = () => call("get_samples", { buffer: 3, count: 4 });
      assert.deepEqual(await undone("set_samples", write, samples), { previous: [0, 0] });
      await call("set_samples", write);
      assert.deepEqual(await samples(), { samples: [0, 0, 0.25, -0.5] });
      await call("clear_buffer", { buffer: 3 });
      assert.deepEqual(await samples(), { samples: [0, 0, 0, 0] });
      assert.deepEqual(await call("free_buffer", { buffer: 3 }), { confirmed: true });
      assert.deepEqual(await size(), { frames: 0, channels: 0 });
    });

    await t.step("a tone is played, recorded, saved as an asset, heard, and played back", async () => {
      await using ended = await studio.events("node_ended");
      await using meter = await studio.channel("meter");
      await using triggers = await studio.channel("trigger");
      const playing = { frequency: 523.25, amplitude: 0.4 };
      await undone("play_tone", playing, tree);
      const tone = await call("play_tone", playing);
      await undone("start_meter", {}, tree);
      const metered = await call("start_meter", { rate: 50 });
      assert.ok(Number(await meter.first((value) => Number(value) > 0.3)) < 0.5);
      await triggers.first((value) => Object(value).node === metered["node"]);
      await call("allocate_buffer", { buffer: 4, frames: 22050 });
      const recorder = await call("record_bus", { buffer: 4 });
      await ended.first(({ node }) => node === recorder["node"]);
      const { sound } = await call("save_sound", { buffer: 4 });
      const { samples: [heard = new Float32Array()], sampleRate } = readWav(await bytesOf(studio, sound));
      assert.ok(Math.abs(pitchOf(heard, sampleRate) - 523.25) < 0.5, `${pitchOf(heard, sampleRate)} Hz`);
      assert.ok(Math.abs(loudest(heard) - 0.4) < 0.01);
      await call("stop_tone", { node: tone["node"] });
      await isGone(tone["node"]);

      const loading = { buffer: 5, sound };
      await undone("load_sound", loading, sizeOf(5));
      await call("load_sound", loading);
      assert.deepEqual(await call("query_buffer", { buffer: 5 }), { frames: 22050, channels: 1, sample_rate: 44100 });
      const player = await call("play_sound", { buffer: 5, rate: 20 });
      await ended.first(({ node }) => node === player["node"]);
      for (const buffer of [4, 5]) await call("free_buffer", { buffer });
    });

    await t.step("it ends when it is told to", async () => {
      // a test of its own starts one
      await assert.rejects(call("start_server"), code("APP_NOT_CONNECTED", /did not start it itself/));
      tried.executed("start_server");
      assert.deepEqual(await call("stop_server"), { running: false, changed: true });
    });
    tried.assertAll();
  },
);

Deno.test("its simulator starts and frees nodes, keeps buffers and buses, and says what it does", async () => {
  await using studio = await startOscStudio({ loaded: await loadedWith(YAML), mode: "simulator" });
  const { call, undone } = studio;
  assert.deepEqual(await call("start_server"), { running: true, changed: false });
  await using started = await studio.events("node_started");
  const node = 2000;
  const kind = () => call("query_node", { node }).then(({ kind }) => kind, code("COMMAND_FAILED", /not found/));
  await undone("play_tone", { node, frequency: 330 }, kind);
  const tone = await call("play_tone", { node, frequency: 330 });
  assert.equal(tone["node"], node);
  assert.equal((await started.first((data) => data["node"] === node))["kind"], "synth");
  await studio.state(({ nodes }) => Object(nodes)[String(node)] === "synth");
  const tuned = await call("set_frequency", { node, frequency: 220 });
  assert.equal(tuned["frequency"], 220);
  await undone("set_bus", { bus: 3, value: 0.25 }, () => call("get_bus", { bus: 3 }));
  await undone("allocate_buffer", { buffer: 1, frames: 64 }, () => call("query_buffer", { buffer: 1 }));
});

Deno.test("its simulator lets a node rest and go on, and each takes the other back", async () => {
  await using studio = await startOscStudio({ loaded: await loadedWith(YAML), mode: "simulator" });
  const { node } = await studio.call("play_tone");
  const rests = (state: JsonObject) => Object.hasOwn(Object(state["paused"]), String(node));
  const look = async () => rests(await studio.state(() => true));
  /** What the node says of itself comes on its own. */
  const call = async (command: string, args: JsonObject) => {
    const result = await studio.call(command, args);
    await studio.state((state) => rests(state) === (command === "pause_node"));
    return result;
  };
  for (const [command, other] of [["pause_node", "resume_node"], ["resume_node", "pause_node"]] as const) {
    const args = { node: Number(node) };
    await call(other, args);
    const before = await look();
    const result = await call(command, args);
    await studio.tried.takeBack(command, { args, result, before, look, call });
    assert.equal(await look(), command === "resume_node");
  }
});

Deno.test({ name: "scsynth: a tone with a time begins at that time", ignore }, async () => {
  await using test = await sound();
  await using started = await test.studio.events("node_started");
  const at = Date.now() + 300;
  const { node } = await test.studio.call("play_tone", { at });
  await assert.rejects(test.studio.call("query_node", { node }), code("COMMAND_FAILED", /not found/));
  assert.equal((await started.first())["node"], node);
  assert.ok(Date.now() >= at - 50, "it began too early");
});

Deno.test({
  name: "scsynth: after a restart the bridge is heard again, with its definitions and group, and forgets the nodes",
  ignore,
}, async () => {
  await using test = await sound();
  const { studio, server } = test;
  const { node } = await studio.call("play_tone");
  await studio.state(({ nodes }) => Object.keys(Object(nodes)).includes(String(node)));
  await server.restart();
  await studio.state(({ nodes }) => Object.keys(Object(nodes)).length === 0);
  await using started = await studio.events("node_started");
  const again = await studio.call("play_tone");
  await started.first(({ node }) => node === again["node"]);
});

Deno.test({ name: "scsynth: what goes wrong is said in its own words, and the bridge goes on", ignore }, async () => {
  await using test = await sound();
  const { call } = test.studio;
  await assert.rejects(call("create_synth", { definition: "Größe" }), code("COMMAND_FAILED", /SynthDef not found/));
  assert.deepEqual(await call("free_node", { node: 4711 }), { confirmed: true });
  await assert.rejects(call("set_controls", { node: 4711, controls: { a: 1 } }), code("COMMAND_FAILED", /not found/));
  const { node } = await call("play_tone");
  await assert.rejects(call("play_tone", { node }), code("CONFLICT"));
  await assert.rejects(
    call("load_sound", {
      buffer: 1,
      sound: { ...await test.studio.store("no.wav", "audio/wav", new Uint8Array(100)) },
    }),
    code("COMMAND_FAILED"),
  );
  await using failed = await test.studio.events("failed");
  // two that shall begin under one number: nobody waits for the second one any more when it fails
  for (const later of [200, 250]) await call("play_tone", { at: Date.now() + later, node: Number(node) + 1 });
  assert.equal((await failed.first())["address"], "/s_new");
  assert.ok(Number((await call("get_status"))["synths"]) > 0);
});

Deno.test(
  { name: "scsynth: the bridge starts it in the background, ends it, and starts it again", ignore },
  async () => {
    await using jack = await startJack();
    const loaded = await loadedWith(YAML, { port: await freeUdpPort() });
    const launch = { ...loaded.file.launch!, env: jack.env };
    await using studio = await startOscStudio({
      loaded: { ...loaded, file: { ...loaded.file, launch } },
      mode: "background",
    });
    assert.match(String(studio.bridge.presence.appVersion), /^3\.\d+/);
    assert.deepEqual(await studio.call("stop_server"), { running: false, changed: true });
    await assert.rejects(studio.call("get_status"), code("APP_NOT_CONNECTED"));
    assert.deepEqual(await studio.call("start_server"), { running: true, changed: true });
    assert.equal((await studio.call("play_tone"))["node"] !== undefined, true);
  },
);
