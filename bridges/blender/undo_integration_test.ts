/** Commands taken back one by one, asked of the simulator and of a real Blender: what was there before is there again. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type JsonObject, newId, TakenBack } from "@patchbay/contracts";
import { dialAppLink } from "@patchbay/bridge-kit";
import { startTestNats } from "@patchbay/testing";
import { migrate } from "@patchbay/bus";
import { startBlenderBridge } from "./start.ts";
import { type SimulatorOptions, startBlenderSimulator } from "./simulator.ts";
import { BRIDGE, callsOf, startBlenderStudio } from "./testing/blender_studio.ts";
import { COUNTERPARTS } from "./testing/counterparts.ts";

type Studio = ReturnType<typeof callsOf>;
type Step = readonly [command: string, args: JsonObject];

const STEPS: readonly Step[] = [
  ["create_object", { type: "cube", name: "Hero", color: "red", location: [1, 0, 0] }],
  ["create_object", { type: "sphere", name: "Ball", near: "Hero", side: "left" }],
  ["transform_object", { object: "Hero", location: [1, 2, 3], angle: 30 }],
  ["transform_object", { object: "Ball", factor: 1.5 }],
  ["set_material", { object: "Hero", color: "blue", metallic: 0.5 }],
  ["create_light", { type: "spot", name: "Key", above: "Hero" }],
  ["update_light", { object: "Key", energy: 200, color: [1, 0.5, 0.25], spot_angle: 60 }],
  ["create_camera", { target: "Hero" }],
  ["create_camera", { name: "Second", target: "Ball" }],
  ["set_active_camera", { camera: "Camera" }],
  ["look_at", { object: "Second", target: "Hero" }],
  ["parent_object", { object: "Ball", parent: "Hero" }],
  ["move_to_collection", { object: "Ball", collection: "Props", create: false }],
  ["update_object", { object: "Hero", name: "Heroine", visible: false, smooth: true }],
  ["add_modifier", { object: "Ball", type: "bevel", width: 0.2 }],
  ["duplicate_object", { object: "Ball", count: 3, offset: [1, 0, 0] }],
  ["set_timeline", { fps: 30, start: 10, end: 20, current: 15 }],
  ["set_render", { width: 320, height: 200 }],
  ["set_world", { color: [0.1, 0.2, 0.3], strength: 2 }],
];

/** The document's own marks do not come back with its content. */
const sceneOf = async ({ scene }: Studio) => ({ ...await scene(), file: null });

async function perform({ ask }: Studio, [command, args]: Step): Promise<JsonObject> {
  const commandId = newId();
  return { commandId, command, args, value: await ask(command, args, { id: commandId }) };
}

const take = async ({ ask }: Studio, way: "_undo" | "_redo", done: JsonObject) => TakenBack.parse(await ask(way, done));

for (const { title, ignore, adapter } of COUNTERPARTS) {
  const test = (name: string, fn: (studio: Studio) => Promise<void>) =>
    Deno.test({
      name: `${title}: ${name}`,
      ignore,
      async fn() {
        await using studio = await startBlenderStudio({ adapter });
        await fn(studio);
      },
    });

  test("a run is walked back by Blender's own undo, each step exactly, and forth again", async (studio) => {
    await studio.call("create_collection", { name: "Props" });
    const scenes = [await sceneOf(studio)];
    const done: JsonObject[] = [];
    for (const step of STEPS) {
      done.push(await perform(studio, step));
      scenes.push(await sceneOf(studio));
    }
    for (const [i, each] of [...done.entries()].reverse()) {
      const taken = await take(studio, "_undo", each);
      assert.deepEqual([taken.done, taken.by], [true, "app"], `${each["command"]}: ${taken.reason}`);
      assert.deepEqual(await sceneOf(studio), scenes[i], `${each["command"]} was not taken back`);
    }
    for (const [i, each] of done.entries()) {
      const taken = await take(studio, "_redo", each);
      assert.deepEqual([taken.done, taken.by], [true, "app"], `${each["command"]}: ${taken.reason}`);
      assert.deepEqual(await sceneOf(studio), scenes[i + 1], `${each["command"]} was not done again`);
    }
  });

  test("where Blender's own undo is out of reach, inverse commands bring the same back", async (studio) => {
    await studio.call("create_collection", { name: "Props" });
    const scenes = [await sceneOf(studio)];
    const done: JsonObject[] = [];
    for (const step of STEPS) {
      done.push(await perform(studio, step));
      scenes.push(await sceneOf(studio));
    }
    // whoever walks in the history leaves nobody knowing what lies on top
    await studio.call("undo");
    await studio.call("redo");
    for (const [i, each] of [...done.entries()].reverse()) {
      const taken = await take(studio, "_undo", each);
      assert.deepEqual([taken.done, taken.by], [true, "inverse"], `${each["command"]}: ${taken.reason}`);
      assert.deepEqual(await sceneOf(studio), scenes[i], `${each["command"]} was not taken back`);
    }
    const [first] = done;
    const again = await take(studio, "_redo", first!);
    assert.deepEqual([again.done, again.by], [true, "again"], again.reason);
    assert.deepEqual((await studio.scene()).objects["Hero"]?.location, [1, 0, 0]);
  });

  test("what has no inverse is left alone, with the reason, when it does not lie on top", async (studio) => {
    await studio.call("create_object", { type: "cube", name: "Hero" });
    const deleted = await perform(studio, ["delete_object", { object: "Hero" }]);
    await studio.call("create_object", { type: "cube", name: "Other" });
    const before = await studio.scene();
    const refused = await take(studio, "_undo", deleted);
    assert.equal(refused.done, false);
    assert.equal(refused.reason, "no command takes delete_object back, since something else was changed after it");
    assert.deepEqual(await studio.scene(), before);
  });
}

Deno.test("simulated Blender: an older add-on's commands are taken back by the command `undo`, where they lie on top", async () => {
  await using folk = await simulatedStudio({
    dial: ({ stepBack: _newer, ...older }) => dialAppLink(older),
  });
  const { studio, simulator } = folk;
  const scenes = [await sceneOf(studio)];
  const done: JsonObject[] = [];
  for (const step of STEPS.slice(0, 4)) {
    done.push(await perform(studio, step));
    scenes.push(await sceneOf(studio));
  }
  for (const i of [3, 2]) {
    assert.equal((await take(studio, "_undo", done[i]!)).by, "app");
    assert.deepEqual(await sceneOf(studio), scenes[i]);
  }
  await using edits = await studio.listen("human_edit");
  simulator.simulate(({ objects }) => {
    objects["Ball"]!.visible = false;
  });
  await edits.first();
  const taken = await take(studio, "_undo", done[0]!);
  assert.deepEqual([taken.done, taken.by], [true, "inverse"], taken.reason);
  assert.deepEqual(Object.keys((await studio.scene()).objects), ["Ball"]);
});

const HAND = `
import pathlib, sys
events = sys.modules["patchbay.events"].events
tell = type(events).tell
file = pathlib.Path(FILE)
def with_hand(*arguments):
    if file.exists():
        exec(file.read_text(), {"bpy": bpy})
        file.unlink()
    tell(events, *arguments)
events.tell = with_hand
`;

/** An artist at a real Blender: does outside every command what a file says. */
async function artistOf({ call, workDir }: Studio & { workDir: string }) {
  const file = join(workDir, "by_hand.py");
  await call("execute_python", { code: HAND.replace("FILE", JSON.stringify(file)) });
  return async (code: string) => {
    await Deno.writeTextFile(`${file}.new`, code);
    await Deno.rename(`${file}.new`, file);
    while (await Deno.stat(file).then(() => true, () => false)) await new Promise((resolve) => setTimeout(resolve, 10));
  };
}

async function artistStays(studio: Studio, move: (object: string, z: number) => Promise<void>): Promise<void> {
  const { call, scene } = studio;
  await call("create_object", { type: "cube", name: "Theirs" });
  const ours = await perform(studio, ["create_object", { type: "cube", name: "Ours" }]);
  const moved = await perform(studio, ["transform_object", { object: "Ours", location: [1, 2, 3] }]);
  await move("Theirs", 4);
  const taken = await take(studio, "_undo", moved);
  assert.deepEqual([taken.done, taken.by], [true, "inverse"], taken.reason);
  assert.deepEqual((await scene()).objects["Theirs"]?.location, [0, 0, 4]);
  assert.deepEqual((await scene()).objects["Ours"]?.location, [0, 0, 0]);
  // what the artist has made of the very thing is not overwritten either
  await move("Ours", 7);
  const refused = await take(studio, "_undo", ours);
  assert.equal(refused.done, false);
  assert.match(refused.reason, /^\/location is not any more as create_object left it, since /);
  assert.deepEqual((await scene()).objects["Ours"]?.location, [0, 0, 7]);
  // a command that came after the artist is taken back by Blender, and takes nothing of theirs along
  const light = await perform(studio, ["create_light", { name: "Key" }]);
  assert.equal((await take(studio, "_undo", light)).by, "app");
  assert.deepEqual((await scene()).objects["Ours"]?.location, [0, 0, 7]);
}

const [, real] = COUNTERPARTS;
Deno.test({
  name: "background Blender: an artist's edit on top stays, and the inverse is used",
  ignore: real?.ignore !== false,
  async fn() {
    await using studio = await startBlenderStudio({ adapter: real!.adapter });
    const byHand = await artistOf(studio);
    await artistStays(studio, (object, z) => byHand(`bpy.data.objects["${object}"].location = (0, 0, ${z})`));
  },
});

Deno.test("simulated Blender: an artist's edit on top stays, and the inverse is used", async () => {
  await using folk = await simulatedStudio();
  await artistStays(folk.studio, (object, z) => {
    folk.simulator.simulate(({ objects }) => {
      objects[object]!.location = [0, 0, z];
    });
    return Promise.resolve();
  });
});

/** A simulated Blender in this process, that somebody can work in. */
async function simulatedStudio(more: Pick<SimulatorOptions, "dial"> = {}) {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const linksDir = join(folder, "links");
  const workDir = join(folder, "work");
  const options = { bus, bridge: BRIDGE, allowCode: false, mode: "interface", workDir, linksDir } as const;
  const bridge = stack.use(await startBlenderBridge(options));
  const simulator = stack.use(startBlenderSimulator({ bridge: BRIDGE, linksDir, ...more }));
  await bridge.ready();
  const held = stack.move();
  return { studio: callsOf(bus), simulator, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
