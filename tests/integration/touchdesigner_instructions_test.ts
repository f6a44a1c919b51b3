import assert from "node:assert/strict";
import { touchdesigner } from "@patchbay/bridge-touchdesigner";
import {
  type ManifestDocument,
  manifestDocument,
  newId,
  PatchbayError,
  type Presence,
  validatePlan,
} from "@patchbay/contracts";
import { phrasebookProvider, unreadablePhrases, type World } from "@patchbay/llm-planner";

const manifest: ManifestDocument = manifestDocument(touchdesigner);

const presence: Presence = {
  app: "touchdesigner",
  bridge: "ws-01",
  instance: newId(),
  status: "idle",
  reason: "waits",
  title: "TouchDesigner",
  host: "here",
  pid: 1,
  startedAt: 1,
  bridgeVersion: "0.1.0",
  simulated: false,
  allowCode: true,
  queued: 0,
};

const node = (name: string, type: string, family: string) => ({
  name,
  path: `/project1/${name}`,
  type: `${type}${family}`,
  family,
  kind: `${type} ${family}`,
  inputs: [],
  error: false,
});

const world: World = {
  manifests: [manifest],
  presence: [presence],
  states: [{
    app: "touchdesigner",
    bridge: "ws-01",
    state: {
      nodes: [
        node("out1", "null", "TOP"),
        node("clouds", "noise", "TOP"),
        node("mix", "composite", "TOP"),
        node("lfo1", "lfo", "CHOP"),
        node("timer1", "timer", "CHOP"),
        node("cues", "table", "DAT"),
      ],
    },
  }],
};

const plan = (instruction: string) =>
  phrasebookProvider.plan({ ...world, instruction, signal: new AbortController().signal, onProgress: () => {} });

type Steps = [command: string, args: Record<string, unknown>][];

/** What artists say, and what it comes to. */
const UNDERSTOOD: [string, Steps][] = [
  ["create a noise TOP called fog", [["create_node", { type: "noise", family: "TOP", name: "fog" }]]],
  ["add an lfo CHOP named wobble", [["create_node", { type: "lfo", family: "CHOP", name: "wobble" }]]],
  ["make a noiseTOP node called fog", [["create_node", { type: "noiseTOP", name: "fog" }]]],
  ["connect clouds to out1", [["connect_nodes", { from: "clouds", to: "out1" }]]],
  ["wire clouds into input 1 of mix", [["connect_nodes", { from: "clouds", to: "mix", input: 1 }]]],
  ["disconnect out1", [["disconnect_nodes", { node: "out1" }]]],
  ["set the amplitude of clouds to 0.5", [["set_parameter", { node: "clouds", parameter: "amplitude", value: 0.5 }]]],
  ["set clouds's period to 2", [["set_parameter", { node: "clouds", parameter: "period", value: 2 }]]],
  ["show me out1", [["get_top_image", { node: "out1" }]]],
  ["create a noise TOP called fog, connect it to out1 and show me out1", [
    ["create_node", { type: "noise", family: "TOP", name: "fog" }],
    ["connect_nodes", { from: { $ref: "s1.result.name" }, to: "out1" }],
    ["get_top_image", { node: "out1" }],
  ]],
  ["show me out1, load it as a texture called still", [
    ["get_top_image", { node: "out1" }],
    ["load_texture", { image: { $asset: "s1.result.image" }, name: "still" }],
  ]],
  ["show me out1, load the picture as a texture", [
    ["get_top_image", { node: "out1" }],
    ["load_texture", { image: { $asset: "s1.result.image" } }],
  ]],
  ["pulse the start of timer1", [["pulse_parameter", { node: "timer1", parameter: "start" }]]],
  ["delete clouds", [["delete_node", { node: "clouds" }]]],
  ["rename clouds to fog", [["rename_node", { node: "clouds", name: "fog" }]]],
  ["bypass clouds", [["set_flags", { node: "clouds", bypass: true }]]],
  ["list all the tops", [["list_nodes", { family: "TOP" }]]],
  ["are there any errors?", [["list_errors", {}]]],
  ["play the timeline", [["set_timeline", { playing: true }]]],
  ["go to frame 120", [["set_timeline", { frame: 120 }]]],
  ["watch lfo1 as wobble", [["watch_channels", { node: "lfo1", name: "wobble" }]]],
  ["describe clouds", [["get_node", { node: "clouds" }]]],
  ["undo", [["undo", {}]]],
  ["in touchdesigner, save the project", [["save_project", {}]]],
];

for (const [instruction, expected] of UNDERSTOOD) {
  Deno.test(`TouchDesigner understands: ${instruction}`, async () => {
    const { plan: made } = await plan(instruction);
    assert.deepEqual(made.steps.map(({ command, args }) => [command, args]), expected);
    const checked = validatePlan(made, { manifests: new Map([["touchdesigner", manifest]]), bridges: [presence] });
    assert.ok(checked.ok, JSON.stringify(checked));
  });
}

Deno.test("TouchDesigner does not understand what nobody could mean, and says so", async () => {
  await assert.rejects(
    plan("flibber the jabberwock"),
    (error) => error instanceof PatchbayError && error.code === "NOT_UNDERSTOOD",
  );
});

Deno.test("every phrase of TouchDesigner's manifest can be read", () => {
  assert.deepEqual(unreadablePhrases([manifest]), []);
});
