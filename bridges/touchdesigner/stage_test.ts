import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { KeptAssets, Stage } from "@patchbay/bridge-kit/rehearsal";
import { bridge } from "./bridge.ts";
import { NetworkState } from "./manifest/state.ts";

const BRIDGE = "ws-07";
const node = (path: string, type: string, inputs: (string | null)[] = []) => {
  const family = type.replace(/^[^A-Z]+/, "");
  const name = path.split("/").at(-1)!;
  return { name, path, type, family, kind: `${type.slice(0, -family.length)} ${family}`, inputs, error: false };
};

/** As a real TouchDesigner reports one. */
const network: NetworkState = NetworkState.parse({
  project: { name: "Show.12.toe", touchdesigner: "2023.11880", cook_rate: 30 },
  home: "/show/visuals",
  timeline: { playing: false, rate: 30, start: 1, end: 900, range: [10, 800], loop: false, tempo: 96 },
  total: 6,
  families: { TOP: 3, CHOP: 1, COMP: 1, POP: 1 },
  nodes: [
    node("/show/visuals/clouds", "noiseTOP"),
    node("/show/visuals/bright", "levelTOP", ["/show/visuals/clouds"]),
    node("/show/visuals/secret", "substanceTOP", ["/show/visuals/bright"]),
    node("/show/visuals/box", "geometryCOMP"),
    node("/show/visuals/box/wave", "lfoCHOP"),
    node("/show/visuals/dots", "gridPOP"),
  ],
  more: 0,
  errors: [],
  watched: [{ name: "wave", node: "/show/visuals/box/wave", channels: "*" }],
});

async function opened(state?: unknown) {
  await using stack = new AsyncDisposableStack();
  const workDir = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(workDir, { recursive: true }));
  const { signal } = new AbortController();
  const given = { bridge: BRIDGE, workDir, signal };
  const staged = await bridge.stage!({ ...given, ...(state === undefined ? {} : { state }) });
  const assets = new KeptAssets(() => Promise.resolve(undefined), 1e7);
  const stage = stack.use(await Stage.open(staged, { ...given, app: "touchdesigner", assets, stateLimit: 1e6 }));
  const all = stack.move();
  return { stage, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

Deno.test("the stage looks like the state that was loaded, and its notes say what no state tells", async () => {
  await using studio = await opened(network);
  assert.deepEqual(await studio.stage.snapshot(10_000), network);
  assert.match(studio.stage.notes.join("\n"), /Parameters, flags and places are not known.*'\/show\/visuals\/clouds'/);
});

Deno.test("commands change the stage as they would change TouchDesigner", async () => {
  await using studio = await opened(network);
  const { stage } = studio;
  await stage.run("create_node", { type: "blur", family: "TOP", name: "soft", input: "clouds" }, 10_000);
  await stage.run("delete_node", { node: "wave" }, 10_000);
  await assert.rejects(stage.run("delete_node", { node: "wave" }, 10_000), { code: "NOT_FOUND" });
  await stage.run("set_timeline", { tempo: 120 }, 10_000);
  const state = NetworkState.parse(await stage.snapshot(10_000));
  assert.deepEqual(
    state.nodes.map(({ path }) => path.slice("/show/visuals/".length)).sort(),
    ["box", "bright", "clouds", "dots", "secret", "soft"],
  );
  assert.deepEqual([state.timeline.tempo, state.families["CHOP"], state.home], [120, undefined, "/show/visuals"]);
});

Deno.test("what only the real TouchDesigner knows is told apart from what there is not", async () => {
  await using studio = await opened(network);
  const { stage } = studio;
  const beyond = (error: unknown) => error instanceof PatchbayError && error.context["beyondSimulator"] === true;
  await assert.rejects(stage.run("create_node", { type: "ndiinTOP" }, 10_000), beyond);
  await assert.rejects(stage.run("set_parameter", { node: "secret", parameter: "shine", value: 1 }, 10_000), beyond);
  const notBeyond = (error: unknown) => error instanceof PatchbayError && error.code === "NOT_FOUND" && !beyond(error);
  await assert.rejects(stage.run("get_node", { node: "nowhere" }, 10_000), notBeyond);
});

Deno.test("a state of another version leaves the stage a new project and says so", async () => {
  await using studio = await opened({ nodes: "many" });
  assert.match(studio.stage.notes.join(), /cannot be read/);
  assert.equal(NetworkState.parse(await studio.stage.snapshot(10_000)).nodes.length, 1);
});
