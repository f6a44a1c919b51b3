/** Looking. */
import assert from "node:assert/strict";
import { type Checks, code, make } from "./check.ts";

export const readingChecks: Checks = {
  async get_info({ studio }) {
    const info = await studio.call("get_info");
    assert.deepEqual([info.home, info.component, info.allow_code], ["/project1", "/project1/patchbay", true]);
  },
  async list_nodes(place) {
    const { studio, at } = place;
    for (let n = 0; n < 7; n++) await make(place, n % 2 ? "noiseTOP" : "lfoCHOP", `node${n}`);
    const page = await studio.call("list_nodes", { parent: at, limit: 3, offset: 2 });
    assert.deepEqual([page.nodes.map(({ name }) => name), page.total, page.next], [["node2", "node3", "node4"], 7, 5]);
    const tops = await studio.call("list_nodes", { parent: at, family: "TOP", pattern: "NODE[1-3]" });
    assert.deepEqual(tops.nodes.map(({ name, kind }) => [name, kind]), [["node1", "noise TOP"], [
      "node3",
      "noise TOP",
    ]]);
    // Patchbay's own component is not the project's
    const all = await studio.call("list_nodes", { parent: "/", depth: 0, pattern: "websocket" });
    assert.equal(all.total, 0);
  },
  async get_node(place) {
    const { studio, at } = place;
    await make(place, "compositeTOP", "mix", { parameters: { operand: "over" } });
    const node = await studio.call("get_node", { node: `${at}/mix` });
    assert.deepEqual(node.parameters.map(({ name, value }) => [name, value]), [["operand", "over"]]);
    assert.match(node.errors.join(), /Not enough sources/);
    const all = await studio.call("get_node", { node: `${at}/mix`, all_parameters: true });
    assert.ok(all.parameters.length > 3 && all.parameters[0]?.menu?.some(({ value }) => value === "multiply"));
    await assert.rejects(
      studio.call("get_node", { node: "mixx" }),
      (error: Error) => /did you mean mix/.test(error.message),
    );
  },
  async list_errors(place) {
    const { studio, at } = place;
    await make(place, "levelTOP", "unfed");
    const { errors, total, checked } = await studio.call("list_errors", { parent: at });
    assert.deepEqual([errors.map(({ path }) => path), total, checked], [[`${at}/unfed`], 1, 1]);
    assert.equal((await studio.call("list_errors", { parent: at, limit: 1, warnings: true })).total, 1);
  },
  async get_channels(place) {
    const { studio, at } = place;
    await make(place, "constantCHOP", "levels", {
      parameters: { const0name: "low", const0value: 0.25, const1name: "high" },
    });
    const { channels } = await studio.call("get_channels", { node: `${at}/levels`, channels: "l* h*", samples: true });
    assert.deepEqual(channels, [
      { name: "low", value: 0.25, samples: [0.25] },
      { name: "high", value: 0, samples: [0] },
    ]);
    await assert.rejects(studio.call("get_channels", { node: "out1" }), code("COMMAND_FAILED"));
  },
  async get_text(place) {
    const { studio, at } = place;
    await make(place, "textDAT", "note");
    await studio.call("set_text", { node: `${at}/note`, text: "čau 世界" });
    const { text, table } = await studio.call("get_text", { node: `${at}/note` });
    assert.deepEqual([text, table], ["čau 世界", false]);
  },
  async get_top_image(place) {
    const { studio, at } = place;
    await make(place, "constantTOP", "green", {
      parameters: { colorr: 0, colorg: 1, colorb: 0, outputresolution: "custom", resolutionw: 6000, resolutionh: 3000 },
    });
    const shown = await studio.call("get_top_image", { node: `${at}/green`, max_size: 4_096 });
    assert.deepEqual([shown.width, shown.height, shown.source], [4096, 2048, [6000, 3000]]);
    const small = await studio.call("get_top_image", { node: `${at}/green`, max_size: 64 });
    const pixels = await studio.pixels(small.image);
    assert.deepEqual([pixels.width, pixels.height, pixels.at(10, 10)], [64, 32, [0, 255, 0]]);
    assert.equal(small.image.mediaType, "image/png");
    await make(place, "noiseTOP", "clouds", {
      parameters: { resolutionw: 64, resolutionh: 64, outputresolution: "custom" },
    });
    const noise = await studio.pixels((await studio.call("get_top_image", { node: `${at}/clouds` })).image);
    assert.notDeepEqual(noise.at(3, 3), noise.at(40, 50));
    // the scaling leaves nothing behind
    assert.equal((await studio.call("list_nodes", { parent: "/", depth: 0, type: "selectTOP" })).total, 0);
    await assert.rejects(studio.call("get_top_image", { node: at }), code("COMMAND_FAILED"));
  },
  async list_operator_types({ studio }) {
    const { types, total } = await studio.call("list_operator_types", { family: "TOP", search: "noise" });
    assert.deepEqual([types, total], [[{ type: "noiseTOP", family: "TOP", label: "Noise", inputs: [0, 1] }], 1]);
    const page = await studio.call("list_operator_types", { limit: 5, offset: 3 });
    assert.deepEqual([page.types.length, page.next], [5, 8]);
  },
  async get_help({ studio }) {
    const help = await studio.call("get_help", { topic: "noise", family: "TOP" });
    assert.deepEqual([help.name, help.family, help.url], ["noiseTOP", "TOP", "https://docs.derivative.ca/Noise_TOP"]);
    assert.ok(help.parameters.some(({ name, label }) => name === "amp" && label === "Amplitude"));
    assert.ok(help.members.some(({ name, method }) => name === "saveByteArray" && method));
    const par = await studio.call("get_help", { topic: "Par" });
    assert.ok(par.family === null && par.members.some(({ name }) => name === "eval"));
    await assert.rejects(studio.call("get_help", { topic: "Parr" }), code("NOT_FOUND"));
  },
};
