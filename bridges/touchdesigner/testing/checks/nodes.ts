/** Operators: made, removed, named, copied, placed, flagged, wired. */
import assert from "node:assert/strict";
import { changes, type Checks, code, make } from "./check.ts";

export const nodeChecks: Checks = {
  async create_node(place) {
    const { studio, at } = place;
    await make(place, "constantTOP", "red");
    const made = await changes(place, "create_node", {
      type: "Noise",
      family: "TOP",
      name: "clouds",
      parent: at,
      parameters: { Amplitude: 0.25, type: "Perlin 2D" },
      input: `${at}/red`,
    });
    assert.deepEqual([made.type, made.name, made.inputs], ["noiseTOP", "clouds", [`${at}/red`]]);
    assert.equal((await make(place, "noiseTOP", "red")).name, "red1");
    await assert.rejects(make(place, "nosuchTOP", "x"), code("NOT_FOUND"));
    await assert.rejects(make(place, "noise", "x"), code("CONFLICT"));
    // half of it is nothing
    await assert.rejects(make(place, "noiseTOP", "half", { parameters: { amp: 1, nope: 2 } }), code("NOT_FOUND"));
    await assert.rejects(studio.call("get_node", { node: `${at}/half` }), code("NOT_FOUND"));
  },
  async delete_node(place) {
    const { studio, at } = place;
    await make(place, "constantTOP", "a");
    await make(place, "levelTOP", "b", { input: `${at}/a`, parameters: { opacity: 0.5 } });
    await make(place, "nullTOP", "c", { input: `${at}/b` });
    await changes(place, "delete_node", { node: `${at}/b` }, async () => {
      await assert.rejects(studio.call("get_node", { node: `${at}/b` }), code("NOT_FOUND"));
      assert.deepEqual((await studio.call("get_node", { node: `${at}/c` })).inputs, []);
    });
    await assert.rejects(studio.call("delete_node", { node: "/project1/patchbay" }), code("COMMAND_FAILED"));
    await assert.rejects(studio.call("delete_node", { node: "/project1" }), code("COMMAND_FAILED"));
  },
  async rename_node(place) {
    const { studio, at } = place;
    await make(place, "noiseTOP", "before");
    const renamed = await changes(place, "rename_node", { node: `${at}/before`, name: "after" });
    assert.deepEqual([renamed.name, renamed.previous], ["after", "before"]);
    await make(place, "noiseTOP", "taken");
    await assert.rejects(studio.call("rename_node", { node: `${at}/before`, name: "taken" }), code("CONFLICT"));
  },
  async copy_node(place) {
    const { at } = place;
    await make(place, "baseCOMP", "box");
    await place.studio.call("create_node", {
      type: "lfoCHOP",
      name: "inner",
      parent: `${at}/box`,
      parameters: { frequency: 3 },
    });
    const copied = await changes(place, "copy_node", { node: `${at}/box`, name: "box_copy" }, async () => {
      const { parameters } = await place.studio.call("get_node", { node: `${at}/box_copy/inner` });
      assert.deepEqual(parameters.map(({ name, value }) => [name, value]), [["frequency", 3]]);
    });
    assert.equal(copied.path, `${at}/box_copy`);
  },
  async move_node(place) {
    await make(place, "noiseTOP", "here");
    const moved = await changes(place, "move_node", { node: `${place.at}/here`, position: [-300, 120.5] });
    assert.deepEqual(moved.position, [-300, 120.5]);
  },
  async set_flags(place) {
    const { studio, at } = place;
    await make(place, "noiseTOP", "flagged");
    const flagged = await changes(place, "set_flags", { node: `${at}/flagged`, bypass: true, viewer: true });
    assert.deepEqual([flagged.flags.bypass, flagged.flags.viewer], [true, true]);
    await assert.rejects(studio.call("set_flags", { node: `${at}/flagged`, cooking: false }), code("COMMAND_FAILED"));
  },
  async connect_nodes(place) {
    const { studio, at } = place;
    for (
      const [type, name] of [["noiseTOP", "a"], ["constantTOP", "b"], ["compositeTOP", "mix"], ["lfoCHOP", "wave"]]
    ) {
      await make(place, type!, name!);
    }
    const first = await changes(place, "connect_nodes", { from: `${at}/a`, to: `${at}/mix` });
    assert.deepEqual([first.input, first.inputs, first.replaced], [0, [`${at}/a`], null]);
    await studio.call("connect_nodes", { from: `${at}/a`, to: `${at}/mix` });
    const second = await changes(place, "connect_nodes", { from: `${at}/b`, to: `${at}/mix`, input: 0 });
    assert.equal(second.replaced, `${at}/a`);
    const other = await studio.call("connect_nodes", { from: `${at}/b`, to: `${at}/mix` });
    assert.deepEqual([other.input, other.errors], [1, []]);
    // an operator that takes any number shows three inputs; the fourth is made
    for (const name of ["c", "d"]) await make(place, "constantTOP", name);
    await studio.call("connect_nodes", { from: `${at}/c`, to: `${at}/mix` });
    const fourth = await changes(place, "connect_nodes", { from: `${at}/d`, to: `${at}/mix` });
    assert.deepEqual([fourth.input, fourth.inputs.length], [3, 4]);
    await assert.rejects(studio.call("connect_nodes", { from: `${at}/wave`, to: `${at}/mix` }), code("COMMAND_FAILED"));
    await assert.rejects(
      studio.call("connect_nodes", { from: "out1", to: `${at}/mix` }),
      (error: Error) => /different networks/.test(error.message),
    );
  },
  async disconnect_nodes(place) {
    const { studio, at } = place;
    await make(place, "noiseTOP", "a");
    await make(place, "constantTOP", "b");
    await make(place, "compositeTOP", "mix", { input: `${at}/a` });
    await studio.call("connect_nodes", { from: `${at}/b`, to: `${at}/mix` });
    const one = await changes(place, "disconnect_nodes", { node: `${at}/mix`, from: `${at}/b` });
    assert.deepEqual([one.removed, one.inputs], [[`${at}/b`], [`${at}/a`]]);
    const all = await changes(place, "disconnect_nodes", { node: `${at}/mix` });
    assert.deepEqual([all.removed.length, all.inputs], [2, []]);
    await assert.rejects(studio.call("disconnect_nodes", { node: `${at}/a` }), code("COMMAND_FAILED"));
  },
};
