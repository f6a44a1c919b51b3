import assert from "node:assert/strict";
import { definitionsFile } from "./definitions.ts";
import { encodeSynthDefs, synthDef } from "./synthdef.ts";

Deno.test("the definitions beside the manifest file are those that the code writes", async () => {
  assert.deepEqual(await Deno.readFile(new URL("../manifests/patchbay.scsyndef", import.meta.url)), definitionsFile());
});

Deno.test("a definition is written as SCgf 2 has it", () => {
  const silence = synthDef("s", { out: 1 }, ({ ugen, parameter }) => {
    ugen("Out", "audio", [parameter("out"), 0], { outputs: 0 });
  });
  const expected = [
    ..."SCgf".split("").map((char) => char.charCodeAt(0)),
    ...[0, 0, 0, 2, 0, 1],
    ...[1, 115],
    // one constant: 0; one parameter: 1, called out, the first
    ...[0, 0, 0, 1, 0, 0, 0, 0],
    ...[0, 0, 0, 1, 0x3f, 0x80, 0, 0],
    ...[0, 0, 0, 1, 3, 111, 117, 116, 0, 0, 0, 0],
    // Control, at control rate, without inputs, one output
    ...[0, 0, 0, 2, 7, 67, 111, 110, 116, 114, 111, 108, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1],
    // Out, at audio rate, of the Control's output and the constant
    ...[3, 79, 117, 116, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0],
    ...[0, 0, 0, 0, 0, 0, 0, 0],
    ...[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
    ...[0, 0],
  ];
  assert.deepEqual([...encodeSynthDefs([silence])], expected);
});

Deno.test("a parameter that there is not is noticed when it is connected", () => {
  assert.throws(() => synthDef("s", {}, ({ parameter }) => void parameter("out")), /has no such parameter/);
});
