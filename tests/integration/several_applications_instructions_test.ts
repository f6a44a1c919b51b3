/** What people say where several applications are here: each does what is meant for it, and what destroys is not guessed. */
import assert from "node:assert/strict";
import { ableton } from "@patchbay/bridge-ableton";
import { blender } from "@patchbay/bridge-blender";
import { cascadeur } from "@patchbay/bridge-cascadeur";
import { touchdesigner } from "@patchbay/bridge-touchdesigner";
import { type AppName, manifestDocument, newId, PatchbayError, type Presence } from "@patchbay/contracts";
import { phrasebookProvider, type World } from "@patchbay/llm-planner";

const manifests = [
  manifestDocument(ableton),
  manifestDocument(blender),
  manifestDocument(cascadeur),
  manifestDocument(touchdesigner),
];

const presence = manifests.map(({ app, title }): Presence => ({
  app,
  bridge: "ws-07",
  instance: newId(),
  status: "idle",
  reason: "connected",
  title,
  host: "ws-07",
  pid: 1,
  startedAt: 0,
  bridgeVersion: "0.1.0",
  simulated: true,
  allowCode: false,
  queued: 0,
}));

const cube = { name: "Cube", type: "mesh", location: [0, 0, 0] };
const scene = { app: "blender", bridge: "ws-07", state: { objects: { Cube: cube }, collections: {} } };
const network = {
  app: "touchdesigner",
  bridge: "ws-07",
  state: { nodes: [{ path: "/project1/noise1", name: "noise1", type: "noise", family: "TOP" }] },
};

async function commands(instruction: string, states: World["states"] = [scene]): Promise<string[]> {
  const world = { manifests, presence, states, instruction, signal: new AbortController().signal };
  const { plan } = await phrasebookProvider.plan({ ...world, onProgress: () => {} });
  return plan.steps.map(({ app, command }) => `${app}.${command}`);
}

/** Refused, with the applications to choose from. */
const asksFor = (instruction: string, apps: readonly AppName[], states?: World["states"]) =>
  assert.rejects(commands(instruction, states), (error) => {
    assert.ok(error instanceof PatchbayError && error.code === "NOT_UNDERSTOOD", String(error));
    for (const app of apps) assert.match(error.message, new RegExp(`'in ${app}'`));
    return true;
  });

Deno.test("everything is deleted where it can only be one application's, and asked about where it can be another's", async () => {
  assert.deepEqual(await commands("delete everything"), ["blender.clear_scene"]);
  await asksFor("delete everything", ["blender", "touchdesigner"], [scene, network]);
  assert.deepEqual(await commands("in blender, delete everything", [scene, network]), ["blender.clear_scene"]);
});

Deno.test("what is to be saved is asked, of all that can save", () =>
  asksFor("save", ["blender", "cascadeur", "touchdesigner"]));

Deno.test("a scene of Live's is exported where sound is meant, and not where somebody renders", async () => {
  assert.deepEqual(await commands("bounce scene 1"), ["ableton.export_audio"]);
  assert.deepEqual(await commands("render the audio of scene 1"), ["ableton.export_audio"]);
  await assert.rejects(commands("render scene 1"), { code: "NOT_UNDERSTOOD" });
  assert.deepEqual(await commands("render the scene"), ["blender.render_image"]);
});

Deno.test("a window is no file", () => assert.rejects(commands("open the window"), { code: "NOT_UNDERSTOOD" }));
