/** Whole networks, the timeline, watching, going back, methods and code. */
import assert from "node:assert/strict";
import type { Studio } from "../touchdesigner_studio.ts";
import { changes, type Checks, code, content, make } from "./check.ts";

const NETWORK = {
  nodes: [
    { name: "clouds", type: "noiseTOP", parameters: { amp: 0.9 } },
    { name: "beat", type: "lfo", family: "CHOP", parameters: { frequency: 2 } },
    {
      name: "bright",
      type: "levelTOP",
      inputs: ["clouds"],
      parameters: { opacity: { expression: "abs(op('beat')['chan1'])" } },
    },
    { name: "out", type: "nullTOP", viewer: true },
  ],
  connections: [{ from: "bright", to: "out" }],
};

/** What is watched, without the values. */
const watched = (studio: Studio) => async () =>
  (await studio.call("list_watched")).watched.map(({ name, node, channels }) => [name, node, channels]);

export const sessionChecks: Checks = {
  async apply_network(place) {
    const { studio, at } = place;
    const made = await changes(place, "apply_network", { parent: at, ...NETWORK });
    assert.deepEqual([made.created.length, made.updated, made.errors], [4, [], []]);
    await studio.call("apply_network", { parent: at, ...NETWORK });
    const before = await content(place);
    const again = await studio.call("apply_network", { parent: at, ...NETWORK });
    assert.deepEqual([again.created, again.updated.length, await content(place)], [[], 4, before]);
    const changed = await changes(place, "apply_network", {
      parent: at,
      nodes: [{ name: "clouds", parameters: { amp: 0.1 } }],
      remove: ["beat", "never_was"],
    });
    assert.deepEqual([changed.removed, changed.updated], [[`${at}/beat`], [`${at}/clouds`]]);
    const wrong = (nodes: unknown[], expected: string) =>
      assert.rejects(studio.call("apply_network", { parent: at, nodes }), code(expected));
    await wrong([{ name: "fine", type: "noiseTOP" }, { name: "odd", type: "nosuchTOP" }], "NOT_FOUND");
    await wrong([{ name: "fine", type: "noiseTOP" }, { name: "missing_type" }], "INVALID_ARGUMENTS");
    await wrong([{ name: "fine", type: "noiseTOP", inputs: ["beat"] }], "COMMAND_FAILED");
    assert.deepEqual(await content(place), before, "what failed left nothing behind");
  },
  async get_timeline({ studio }) {
    const { rate, tempo, frame } = await studio.call("get_timeline");
    assert.ok(rate === 60 && tempo === 120 && frame >= 1);
  },
  async set_timeline({ studio }) {
    await studio.call("set_timeline", { playing: false, frame: 100 });
    const args = { frame: 250, tempo: 96, end: 900, range: [10, 800], loop: false };
    const set = await studio.undone("set_timeline", args, () => studio.call("get_timeline"));
    assert.deepEqual([set.frame, set.tempo, set.end, set.range, set.loop], [250, 96, 900, [10, 800], false]);
    await assert.rejects(studio.call("set_timeline", { start: 50, end: 20 }), code("INVALID_ARGUMENTS"));
    await studio.call("set_timeline", { playing: true });
  },
  async save_project({ studio }) {
    await using saved = await studio.listen("project_saved");
    const { name } = await studio.call("save_project");
    assert.deepEqual(await saved.first(), { name });
  },
  async watch_channels(place) {
    const { studio, at } = place;
    await make(place, "lfoCHOP", "wave");
    await using values = await studio.tune("chop");
    const args = { node: `${at}/wave`, name: "wave" };
    await studio.undone("watch_channels", args, watched(studio), async ({ available, replaced }) => {
      assert.deepEqual([available, replaced], [["chan1"], null]);
      const first = await values.first((value) => "wave" in value) as { wave: { chan1: number } };
      const second = await values.first((value) => JSON.stringify(value) !== JSON.stringify(first));
      assert.notDeepEqual(second, first, "it moves");
    });
  },
  async unwatch_channels(place) {
    const { studio, at } = place;
    await make(place, "lfoCHOP", "wave");
    await studio.call("watch_channels", { node: `${at}/wave`, name: "again", channels: "chan*" });
    const args = { name: "again" };
    await studio.undone("unwatch_channels", args, watched(studio), async () => {
      await assert.rejects(studio.call("unwatch_channels", args), code("NOT_FOUND"));
    });
    assert.deepEqual(await watched(studio)(), [["again", `${at}/wave`, "chan*"]]);
    await studio.call("unwatch_channels", args);
  },
  async list_watched(place) {
    const { studio, at } = place;
    await make(place, "constantCHOP", "one", { parameters: { const0value: 0.5 } });
    await studio.call("watch_channels", { node: `${at}/one` });
    const { watched } = await studio.call("list_watched");
    assert.deepEqual(watched, [{ name: "one", node: `${at}/one`, channels: "*", values: { chan1: 0.5 } }]);
    await studio.call("unwatch_channels", { name: "one" });
  },
  async undo(place) {
    const empty = await content(place);
    await make(place, "noiseTOP", "a");
    await make(place, "noiseTOP", "b");
    const full = await content(place);
    await changes(place, "undo", { steps: 2 }, async ({ steps }) => {
      assert.deepEqual([steps, await content(place)], [2, empty]);
    });
    assert.deepEqual(await content(place), full);
  },
  async redo(place) {
    const { studio } = place;
    await make(place, "noiseTOP", "a");
    await make(place, "noiseTOP", "b");
    const full = await content(place);
    await studio.call("undo", { steps: 2 });
    await changes(place, "redo", { steps: 2 }, async () => assert.deepEqual(await content(place), full));
    assert.deepEqual(await content(place), []);
    await studio.call("redo");
    assert.equal((await studio.call("redo", { steps: 5 })).steps, 1);
    assert.equal((await studio.call("redo")).steps, 0);
  },
  async call_method(place) {
    const { studio, at } = place;
    await make(place, "tableDAT", "list");
    const node = `${at}/list`;
    await studio.call("call_method", { node, method: "appendRow", args: [["a", "b"]] });
    assert.deepEqual((await studio.call("get_text", { node })).rows, [["a", "b"]]);
    await make(place, "constantTOP", "red", { parameters: { colorg: 0, colorb: 0 } });
    const { value } = await studio.call("call_method", { node: `${at}/red`, method: "sample", kwargs: { x: 0, y: 0 } });
    assert.deepEqual(value, [1, 0, 0, 1]);
    for (const method of ["destroy", "run", "saveByteArray", "store"]) {
      await assert.rejects(
        studio.call("call_method", { node, method }),
        code(method === "saveByteArray" ? "NOT_FOUND" : "CODE_DISABLED"),
      );
    }
  },
  async execute_python(place) {
    const { studio, at } = place;
    const done = await studio.call("execute_python", {
      code:
        `print("héllo")\nnode = op("${at}").create(noiseTOP, "scripted")\nresult = {"path": node.path, "node": node}`,
    });
    assert.deepEqual(done, { result: { path: `${at}/scripted`, node: `${at}/scripted` }, output: "héllo\n" });
    const failing = studio.call("execute_python", {
      code: `op("${at}").create(lfoCHOP, "half")\nraise ValueError("no")`,
    });
    await assert.rejects(failing, (error: Error) => /ValueError: no/.test(error.message));
    await assert.rejects(studio.call("get_node", { node: `${at}/half` }), code("NOT_FOUND"));
    await assert.rejects(studio.call("execute_python", { code: "x = = 1" }), code("COMMAND_FAILED"));
  },
};
