/** Parameters, buttons, and the content of DATs. */
import assert from "node:assert/strict";
import { changes, type Checks, code, make } from "./check.ts";

export const parameterChecks: Checks = {
  async set_parameter(place) {
    const { studio, at } = place;
    await make(place, "noiseTOP", "clouds");
    const node = `${at}/clouds`;
    const set = await changes(place, "set_parameter", { node, parameter: "amplitude", value: 0.75 });
    assert.deepEqual([set.parameters, set.previous.value], [[{ name: "amp", value: 0.75, mode: "constant" }], 0.5]);
    const moving = await changes(place, "set_parameter", {
      node,
      parameter: "tz",
      expression: "absTime.seconds * 0.1",
    });
    assert.equal(moving.parameters[0]?.expression, "absTime.seconds * 0.1");
    await studio.call("set_parameter", { node, parameter: "type", value: "random" });
    const clamped = await studio.call("set_parameter", { node, parameter: "resolutionw", value: -5 });
    assert.deepEqual([clamped.parameters[0]?.value, clamped.parameters[0]?.asked], [1, -5]);
    const refused = (parameter: string, value: unknown, expected: string) =>
      assert.rejects(studio.call("set_parameter", { node, parameter, value }), code(expected));
    await refused("type", "no such type", "INVALID_ARGUMENTS");
    await refused("amp", "loud", "INVALID_ARGUMENTS");
    await refused("mono", 7, "INVALID_ARGUMENTS");
    await refused("amplitoode", 1, "NOT_FOUND");
    for (
      const expression of ["__import__('os').getcwd()", "op('x').destroy()", "mod('a').b", "(lambda: 1)()", "open('x')"]
    ) {
      await assert.rejects(
        studio.call("set_parameter", { node, parameter: "amp", expression }),
        code("CODE_DISABLED"),
        expression,
      );
    }
    await assert.rejects(
      studio.call("set_parameter", { node, parameter: "amp", expression: "op('gone').par.tx" }),
      code("COMMAND_FAILED"),
    );
    assert.equal((await studio.call("get_node", { node, parameters: ["amp"] })).parameters[0]?.mode, "constant");
    await make(place, "textDAT", "script");
    await assert.rejects(
      studio.call("set_parameter", { node: `${at}/script`, parameter: "file", value: "/tmp/x.py" }),
      code("CODE_DISABLED"),
    );
  },
  async update_parameters(place) {
    const { studio, at } = place;
    await make(place, "lfoCHOP", "wave");
    await make(place, "transformTOP", "turn");
    const node = `${at}/turn`;
    const parameters = { rotate: { expression: "op('wave')['chan1'] * 90" }, tx: 0.25, "Scale X": 2 };
    const { parameters: found } = await changes(place, "update_parameters", { node, parameters });
    assert.deepEqual(found.map(({ name, mode }) => [name, mode]), [
      ["rotate", "expression"],
      ["tx", "constant"],
      ["sx", "constant"],
    ]);
    // the second is wrong: the first is not done either
    await assert.rejects(
      studio.call("update_parameters", { node, parameters: { tx: 1, rotate: { expression: "1 / 0" } } }),
      code("COMMAND_FAILED"),
    );
    assert.equal((await studio.call("get_node", { node, parameters: ["tx"] })).parameters[0]?.value, 0);
  },
  async reset_parameters(place) {
    const { at } = place;
    await make(place, "levelTOP", "dark", { parameters: { opacity: 0.1, gamma1: { expression: "1 + 1" } } });
    const reset = await changes(place, "reset_parameters", { node: `${at}/dark` });
    assert.deepEqual(reset.parameters.map(({ name, value }) => [name, value]), [["gamma1", 1], ["opacity", 1]]);
    const one = await changes(place, "reset_parameters", { node: `${at}/dark`, parameters: ["Opacity"] });
    assert.equal(one.parameters.length, 1);
  },
  async pulse_parameter(place) {
    const { studio, at } = place;
    await make(place, "timerCHOP", "timer");
    const pulsed = await studio.call("pulse_parameter", { node: `${at}/timer`, parameter: "Start" });
    assert.equal(pulsed.parameter, "start");
    const { result } = await studio.call("execute_python", {
      code: `result = op('${at}/timer').fetch('started', None) is not None`,
    });
    assert.equal(result, true);
    await assert.rejects(
      studio.call("pulse_parameter", { node: `${at}/timer`, parameter: "length" }),
      code("COMMAND_FAILED"),
    );
  },
  async set_table(place) {
    const { studio, at } = place;
    await make(place, "tableDAT", "cues");
    const node = `${at}/cues`;
    await studio.call("set_table", { node, rows: [["name", "frame"], ["début", 1]] });
    const rows = async () => (await studio.call("get_text", { node })).rows;
    assert.deepEqual(await rows(), [["name", "frame"], ["début", "1"]]);
    await studio.undone("set_table", { node, rows: [["ß", 2.5, "🎛"]] }, rows, async (written) => {
      assert.deepEqual([written.rows, written.columns], [1, 3]);
      assert.deepEqual(await rows(), [["ß", "2.5", "🎛"]]);
    });
  },
  async set_text(place) {
    const { studio, at } = place;
    await make(place, "textDAT", "shader");
    const node = `${at}/shader`;
    const text = async () => (await studio.call("get_text", { node })).text;
    const shader = "out vec4 colour; // für später\n";
    await studio.undone("set_text", { node, text: shader }, text, async () => assert.equal(await text(), shader));
  },
};
