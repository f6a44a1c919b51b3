import assert from "node:assert/strict";
import { HeardState } from "./heard_state.ts";
import { parseManifestFile } from "./manifest_file/read.ts";

const state = () =>
  new HeardState(
    parseManifestFile(
      `app: desk
title: Desk
port: 9000
state:
  - { hear: /fader, sent: true, cause: human, fields: { fader: { at: 0, type: number } } }
  - { hear: /node/go, map: nodes, key: { at: 0 }, value: { at: 1, type: string }, remove: { hear: /node/end, key: { at: 0 } }, limit: 2 }
`,
      "desk.yaml",
    ).state,
  );
const heard = { sent: false };

Deno.test("what was heard last is the state, and who changed it is known", () => {
  const desk = state();
  assert.deepEqual(desk.values, { fader: null, nodes: {} });
  assert.equal(desk.take({ address: "/fader", args: [0.5] }, heard), "human");
  assert.equal(desk.take({ address: "/fader", args: [0.5] }, heard), undefined);
  assert.equal(desk.take({ address: "/fader", args: [0.75] }, { sent: true }), "command");
  assert.equal(desk.take({ address: "/node/go", args: [1, "a"] }, { sent: true }), undefined);
  assert.deepEqual(desk.values, { fader: 0.75, nodes: {} });
});

Deno.test("a map gains and loses keys, and grows no further than its limit", () => {
  const desk = state();
  for (const [key, value] of [[1, "a"], [2, "b"], [3, "c"]] as const) {
    assert.equal(desk.take({ address: "/node/go", args: [key, value] }, heard), "application");
  }
  assert.deepEqual(desk.values["nodes"], { 2: "b", 3: "c" });
  assert.equal(desk.take({ address: "/node/end", args: [2] }, heard), "application");
  assert.equal(desk.take({ address: "/node/end", args: [2] }, heard), undefined);
  assert.deepEqual(desk.values["nodes"], { 3: "c" });
});

Deno.test("a message that holds something else changes nothing, and a new start forgets everything", () => {
  const desk = state();
  desk.take({ address: "/fader", args: [0.5] }, heard);
  for (const args of [[], ["text"], [null]]) assert.equal(desk.take({ address: "/fader", args }, heard), undefined);
  assert.equal(desk.take({ address: "/node/go", args: [1] }, heard), undefined);
  assert.deepEqual(desk.values, { fader: 0.5, nodes: {} });
  desk.forget();
  assert.deepEqual(desk.values, { fader: null, nodes: {} });
});
