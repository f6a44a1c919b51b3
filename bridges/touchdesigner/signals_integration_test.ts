/** What TouchDesigner tells unasked: a person's edits, operators that come and go, errors; and links that follow a CHOP. */
import assert from "node:assert/strict";
import { openBucket } from "@patchbay/bus";
import { Link } from "@patchbay/contracts";
import { BRIDGE, startTouchDesignerStudio } from "./testing/touchdesigner_studio.ts";
import { tone } from "./testing/tone.ts";
import { until } from "./testing/artist.ts";

Deno.test("what a person does is told as theirs, and what a command does as a command's", async () => {
  await using studio = await startTouchDesignerStudio();
  await using created = await studio.listen("node_created");
  await using deleted = await studio.listen("node_deleted");
  await using renamed = await studio.listen("node_renamed");
  await using edits = await studio.listen("human_edit");
  await using states = await studio.states();
  await studio.call("create_node", { type: "noiseTOP", name: "ours" });
  const ours = await created.first(({ name }) => name === "ours");
  assert.deepEqual(ours, { path: "/project1/ours", name: "ours", type: "noiseTOP", by: "command" });
  await studio.byHand("with person('Create Größe'): op('/project1').create(lfoCHOP, 'theirs')");
  assert.equal((await created.first(({ name }) => name === "theirs"))["by"], "human");
  assert.equal((await edits.first())["action"], "Create Größe");
  await states.first(({ cause }) => cause === "human");
  await studio.byHand("with person('Rename'): op('/project1/theirs').name = 'renamed'");
  const { by, before } = await renamed.first();
  assert.deepEqual([by, before], ["human", "/project1/theirs"]);
  await studio.byHand("with person('Delete'): op('/project1/renamed').destroy()");
  assert.equal((await deleted.first(({ name }) => name === "renamed"))["by"], "human");
  await studio.call("delete_node", { node: "ours" });
  assert.equal((await deleted.first(({ name }) => name === "ours"))["by"], "command");
});

Deno.test("an error is told when it comes and when it goes, and the state has it", async () => {
  await using studio = await startTouchDesignerStudio();
  await using raised = await studio.listen("error_raised");
  await using cleared = await studio.listen("error_cleared");
  await studio.call("create_node", { type: "constantTOP", name: "feed" });
  await studio.call("create_node", { type: "levelTOP", name: "hungry" });
  const error = await raised.first(({ path }) => path === "/project1/hungry");
  assert.match(String(error["errors"]), /Not enough sources/);
  await studio.call("connect_nodes", { from: "feed", to: "hungry" });
  await cleared.first(({ path }) => path === "/project1/hungry");
});

Deno.test("the timeline is a channel, and playing and stopping are events", async () => {
  await using studio = await startTouchDesignerStudio();
  await using timeline = await studio.tune("timeline");
  await using played = await studio.listen("play_changed");
  const first = await timeline.first();
  assert.notDeepEqual(await timeline.first(({ frame }) => frame !== first["frame"]), first);
  await studio.byHand("root.time.play = False");
  assert.deepEqual(await played.first(), { playing: false });
});

Deno.test("a link drives a parameter from the loudness of music, and leaves no undo steps", async () => {
  await using studio = await startTouchDesignerStudio();
  const audio = await studio.store("beat.wav", "audio/wav", tone({ seconds: 4, loudFrom: 2 }));
  const { level } = await studio.call("load_audio", { audio, name: "music" });
  await studio.call("watch_channels", { node: level!, name: "music" });
  await studio.call("create_node", { type: "circleTOP", name: "ball" });
  await studio.call("set_timeline", { playing: false, frame: 60 });
  const link = Link.parse({
    id: "music-to-ball",
    source: { app: "touchdesigner", bridge: BRIDGE, channel: "chop", path: "/music/chan1" },
    target: {
      app: "touchdesigner",
      bridge: BRIDGE,
      command: "set_parameter",
      args: { node: "ball", parameter: "radiusx" },
      argument: "/value",
    },
    mapping: { scale: { from: [0, 0.5], to: [0.1, 1] } },
  });
  await (await openBucket(studio.bus, "links", Link)).put(`touchdesigner.${BRIDGE}.${link.id}`, link);
  const radius = async () => {
    const { parameters } = await studio.call("get_node", { node: "ball", parameters: ["radiusx"] });
    return Number(parameters[0]?.value);
  };
  // the link listens from some moment on: move until it has heard
  await until(async () => {
    await studio.call("set_timeline", { frame: 200 });
    await studio.call("set_timeline", { frame: 201 });
    return await radius() > 0.5;
  }, "the ball is large where the music is loud");
  await until(async () => {
    await studio.call("set_timeline", { frame: 30 });
    return await radius() < 0.2;
  }, "the ball is small where it is quiet");
  await studio.call("undo");
  await assert.rejects(studio.call("get_node", { node: "ball" }), { code: "NOT_FOUND" });
});
