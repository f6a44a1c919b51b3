import assert from "node:assert/strict";
import { blender } from "@patchbay/bridge-blender";
import {
  dependenciesOf,
  type ManifestDocument,
  manifestDocument,
  newId,
  PatchbayError,
  type Presence,
  validatePlan,
} from "@patchbay/contracts";
import { phrasebookProvider, unreadablePhrases, type World } from "@patchbay/llm-planner";

const manifest: ManifestDocument = manifestDocument(blender);

const presence: Presence = {
  app: "blender",
  bridge: "ws-01",
  instance: newId(),
  status: "idle",
  reason: "waits",
  title: "Blender",
  host: "here",
  pid: 1,
  startedAt: 1,
  bridgeVersion: "0.1.0",
  simulated: false,
  allowCode: true,
  queued: 0,
};

const thing = (name: string, type: string) => ({ name, type, location: [0, 0, 0] });
const state = {
  objects: {
    Cube: thing("Cube", "mesh"),
    Camera: thing("Camera", "camera"),
    Light: thing("Light", "light"),
    "Salt and Pepper": thing("Salt and Pepper", "mesh"),
    "Cube.001": thing("Cube.001", "mesh"),
  },
  collections: { Props: { parent: null, objects: [] } },
  active_camera: "Camera",
};

const world: World = {
  manifests: [manifest],
  presence: [presence],
  states: [{ app: "blender", bridge: "ws-01", state }],
};

const plan = (instruction: string) =>
  phrasebookProvider.plan({ ...world, instruction, signal: new AbortController().signal, onProgress: () => {} });

type Steps = [command: string, args: Record<string, unknown>][];
const first = { $ref: "s1.result.name" };

/** What artists say, and what it comes to. */
const UNDERSTOOD: [string, Steps][] = [
  ["add a red cube named Hero at 1 2 0.5, put a sun light above it, point a camera at it and render it", [
    ["create_object", { color: "red", type: "cube", name: "Hero", location: [1, 2, 0.5] }],
    ["create_light", { type: "sun", above: first }],
    ["create_camera", { target: first }],
    ["render_image", {}],
  ]],
  ["create a big blue sphere called Planet at the origin", [["create_object", {
    size: 4,
    color: "blue",
    type: "sphere",
    name: "Planet",
    location: [0, 0, 0],
  }]]],
  ["Could you please make a green torus at 0, 0, 3?", [["create_object", {
    color: "green",
    type: "torus",
    location: [0, 0, 3],
  }]]],
  ["add a cube and a sphere and a cone", [["create_object", { type: "cube" }], ["create_object", { type: "sphere" }], [
    "create_object",
    { type: "cone" },
  ]]],
  ["add a gold monkey at (1, 2, 3) named Suzy; hide it", [["create_object", {
    color: "gold",
    type: "monkey",
    location: [1, 2, 3],
    name: "Suzy",
  }], ["update_object", { visible: false, object: first }]]],
  ["add a 50 cm cube", [["create_object", { size: 0.5, type: "cube" }]]],
  ["add a cylinder with size 3", [["create_object", { type: "cylinder", size: 3 }]]],
  ["add a bezier circle", [["create_object", { type: "bezier_circle" }]]],
  ["add a light blue plane", [["create_object", { color: "#add8e6", type: "plane" }]]],
  ['add a text saying "Hello, and welcome"', [["create_object", {
    type: "text",
    rotation: [90, 0, 0],
    text: "Hello, and welcome",
  }]]],
  ["write Hello World and render it", [["create_object", {
    type: "text",
    rotation: [90, 0, 0],
    text: "Hello World",
  }], ["render_image", {}]]],
  ["put a ball at 0 0 5", [["create_object", { type: "sphere", location: [0, 0, 5] }]]],
  ["add a floor", [["create_object", { type: "plane", size: 20, name: "Floor" }]]],
  ["make a red area light named Key at 4 -4 5", [["create_light", {
    color: "red",
    type: "area",
    name: "Key",
    location: [4, -4, 5],
  }]]],
  ["add a sun", [["create_light", { type: "sun" }]]],
  ["add a spot light 3 m above Cube", [["create_light", { type: "spot", distance: 3, above: "Cube" }]]],
  ["add a camera named Main at 0 -10 2 looking at Cube", [["create_camera", {
    name: "Main",
    location: [0, -10, 2],
    target: "Cube",
  }]]],
  ["add a cube named Hero and frame it", [["create_object", { type: "cube", name: "Hero" }], ["create_camera", {
    target: first,
  }]]],
  ["point the camera at the cube", [["look_at", { object: "Camera", target: "Cube" }]]],
  ["use camera Camera", [["set_active_camera", { camera: "Camera" }]]],
  ["look through the camera", [["set_active_camera", { camera: "Camera" }]]],
  ["move Cube to 1 2 3", [["transform_object", { object: "Cube", location: [1, 2, 3] }]]],
  ["move the cube up by 50 cm", [["transform_object", { object: "Cube", direction: "up", distance: 0.5 }]]],
  ["move Cube up and left", [["transform_object", { object: "Cube", direction: "up" }], ["transform_object", {
    object: "Cube",
    direction: "left",
  }]]],
  ["put the light at x 1 y 2 z 3", [["transform_object", { object: "Light", location: [1, 2, 3] }]]],
  ["rotate Cube 45 degrees around z", [["transform_object", { object: "Cube", angle: 45, axis: "z" }]]],
  ["rotate the cube by ninety degrees", [["transform_object", { object: "Cube", angle: 90 }]]],
  ["rotate Cube 45° around x and 30° around y", [["transform_object", { object: "Cube", angle: 45, axis: "x" }], [
    "transform_object",
    { object: "Cube", angle: 30, axis: "y" },
  ]]],
  ["scale Cube to 2", [["transform_object", { object: "Cube", scale: [2, 2, 2] }]]],
  ["make the cube twice as big", [["transform_object", { factor: 2, object: "Cube" }]]],
  ["make Cube red, shiny and bigger", [["set_material", { object: "Cube", color: "red", roughness: 0.1 }], [
    "transform_object",
    { factor: 1.5, object: "Cube" },
  ]]],
  ["paint Cube #ff8800", [["set_material", { object: "Cube", color: "#ff8800" }]]],
  ["make Cube tomato", [["set_material", { object: "Cube", color: "#ff6347" }]]],
  ["make Cube glass", [["set_material", { transmission: 1, roughness: 0, object: "Cube" }]]],
  ["give Cube the material Wood", [["set_material", { object: "Cube", material: "Wood" }]]],
  ["set the roughness of Cube to 50%", [["set_material", { object: "Cube", roughness: 0.5 }]]],
  ["set the energy of the light to 500 W", [["update_light", { object: "Light", energy: 500 }]]],
  ["make the light brighter", [["update_light", { factor: 2, object: "Light" }]]],
  ["turn the light into a spot light", [["update_light", { object: "Light", type: "spot" }]]],
  ['rename Cube to "Box and Lid" and move it to 0 0 1', [["update_object", { object: "Cube", name: "Box and Lid" }], [
    "transform_object",
    { object: first, location: [0, 0, 1] },
  ]]],
  ["duplicate Cube and move it to 3 0 0", [["duplicate_object", { object: "Cube" }], ["transform_object", {
    object: first,
    location: [3, 0, 0],
  }]]],
  ["copy Cube three times by 2 0 0", [["duplicate_object", { object: "Cube", count: 3, offset: [2, 0, 0] }]]],
  ["delete Cube, Light and the camera", [
    ["delete_object", { object: "Cube" }],
    ["delete_object", { object: "Light" }],
    ["delete_object", { object: "Camera" }],
  ]],
  ["delete everything", [["clear_scene", {}]]],
  ["clear the scene", [["clear_scene", {}]]],
  ["delete all objects in the scene", [["clear_scene", {}]]],
  ["add a cube, then delete everything", [["create_object", { type: "cube" }], ["clear_scene", {}]]],
  // what is not saved is lost only where somebody says so
  ["start over", [["new_file", {}]]],
  ["reset the scene", [["new_file", {}]]],
  ["start over and discard my changes", [["new_file", { discard: true }]]],
  ["save", [["save_file", {}]]],
  ["save it as hero", [["save_file", { name: "hero" }]]],
  ["open hero", [["open_file", { name: "hero" }]]],
  ["open the file shot 1", [["open_file", { name: "shot 1" }]]],
  ["render the scene", [["render_image", {}]]],
  ["delete salt and pepper", [["delete_object", { object: "Salt and Pepper" }]]],
  ["get rid of the cube.001", [["delete_object", { object: "Cube.001" }]]],
  ["parent Cube to the light", [["parent_object", { object: "Cube", parent: "Light" }]]],
  ["unparent Cube", [["parent_object", { parent: null, object: "Cube" }]]],
  ["create a collection named Props and move Cube to the collection Props", [["create_collection", { name: "Props" }], [
    "move_to_collection",
    { object: "Cube", collection: "Props" },
  ]]],
  ["add a bevel to Cube", [["add_modifier", { type: "bevel", object: "Cube" }]]],
  ["subdivide Cube three times", [["add_modifier", { type: "subdivision", object: "Cube", levels: 3 }]]],
  ["mirror Cube across the y axis", [["add_modifier", { type: "mirror", object: "Cube", axis: "y" }]]],
  ["cut Cube.001 out of Cube", [["add_modifier", {
    type: "boolean",
    operation: "difference",
    other: "Cube.001",
    object: "Cube",
  }]]],
  ["remove the bevel modifier from Cube", [["remove_modifier", { modifier: "bevel", object: "Cube" }]]],
  ["keyframe the cube at frame 10", [["insert_keyframe", { object: "Cube", frame: 10 }]]],
  ["move Cube to 0 0 5 at frame 20", [["insert_keyframe", { object: "Cube", location: [0, 0, 5], frame: 20 }]]],
  ["animate Cube from 0 0 0 to 5 0 0 from frame 1 to 100", [["animate_object", {
    object: "Cube",
    from: [0, 0, 0],
    to: [5, 0, 0],
    start: 1,
    end: 100,
  }]]],
  ["spin Cube from 1 to 48", [["animate_object", {
    property: "rotation",
    from: [0, 0, 0],
    to: [0, 0, 360],
    interpolation: "linear",
    object: "Cube",
    start: 1,
    end: 48,
  }]]],
  ["set the frame range to 1-250", [["set_timeline", { start: 1, end: 250 }]]],
  ["set the fps to 24", [["set_timeline", { fps: 24 }]]],
  ["go to frame 12", [["set_timeline", { current: 12 }]]],
  ["set the background to sky blue", [["set_world", { color: "#87ceeb" }]]],
  ["render at 1920x1080 with cycles", [["render_image", { width: 1920, height: 1080, engine: "cycles" }]]],
  ["render with 64 samples", [["render_image", { samples: 64 }]]],
  ["render the animation", [["render_animation", {}]]],
  ["render frames 1 to 10", [["render_animation", { start: 1, end: 10 }]]],
  ["take a screenshot", [["capture_viewport", {}]]],
  ["export the scene as glb", [["export_file", { format: "glb" }]]],
  ['export Cube as an fbx named "the cube"', [["export_file", { object: "Cube", format: "fbx", name: "the cube" }]]],
  ["render it and use it as the background", [["render_image", {}], ["set_world", {
    image: { "$asset": "s1.result.image" },
  }]]],
  ["add a plane, render it, then texture the plane with the image", [["create_object", { type: "plane" }], [
    "render_image",
    {},
  ], ["set_material", { object: first, texture: { "$asset": "s2.result.image" } }]]],
  ['save it as "shot 01"', [["save_file", { name: "shot 01" }]]],
  ["start a new file", [["new_file", {}]]],
  ["undo the last three changes", [["undo", { steps: 3 }]]],
  ["what is in the scene?", [["get_scene", {}]]],
  ["tell me about the cube", [["get_object", { object: "Cube" }]]],
  ["list the materials", [["list_assets", { kind: "materials" }]]],
  ["add a red cube and render it", [["create_object", { color: "red", type: "cube" }], ["render_image", {}]]],
  ["set the render resolution to 1920x1080", [["set_render", { width: 1920, height: 1080 }]]],
  ["set the resolution to 4k", [["set_render", { width: 3840, height: 2160 }]]],
  ["use cycles", [["set_render", { engine: "cycles" }]]],
  ["set the samples to 128", [["set_render", { samples: 128 }]]],
  ["render it in full hd", [["render_image", { width: 1920, height: 1080 }]]],
  ["render at 1920 x 1080 with 64 samples in cycles", [["render_image", {
    width: 1920,
    height: 1080,
    samples: 64,
    engine: "cycles",
  }]]],
  ["render with a transparent background", [["render_image", { transparent: true }]]],
  ["render and save it as hero.png", [["render_image", { name: "hero.png" }]]],
  ["render the animation at 320x180 with 8 samples", [["render_animation", { width: 320, height: 180, samples: 8 }]]],
  ["make the Light 500 watts", [["update_light", { object: "Light", energy: 500 }]]],
  ["make it brighter", [["update_light", { object: "Light", factor: 2 }]]],
  ["make the light a bit brighter", [["update_light", { object: "Light", factor: 1.5 }]]],
  ["make the light blue", [["update_light", { object: "Light", color: "blue" }]]],
  ["set the light's strength to 10", [["update_light", { object: "Light", energy: 10 }]]],
  ["turn off the light", [["update_object", { object: "Light", visible: false }]]],
  ["make everything brighter", [["set_world", { factor: 2 }]]],
  ["set the focal length to 85mm", [["update_object", { object: "Camera", focal_length: 85 }]]],
  ["set the camera to 35mm", [["update_object", { object: "Camera", focal_length: 35 }]]],
  ["focus on Cube", [["look_at", { object: "Camera", target: "Cube" }]]],
  ["set the cube's color to red", [["set_material", { object: "Cube", color: "red" }]]],
  ["set Cube.001's rotation to 0 0 45", [["transform_object", { object: "Cube.001", rotation: [0, 0, 45] }]]],
  ["reset the cube's rotation", [["transform_object", { object: "Cube", rotation: [0, 0, 0] }]]],
  ["keyframe the cube's location at frame 1", [["insert_keyframe", {
    object: "Cube",
    property: "location",
    frame: 1,
  }]]],
  ["add a shiny red ball named O'Brien's", [["create_object", {
    type: "sphere",
    color: "red",
    finish: "shiny",
    name: "O'Brien's",
  }]]],
  ["add a glass sphere on top of the cube", [["create_object", {
    type: "sphere",
    finish: "glass",
    near: "Cube",
    side: "on",
  }]]],
  ["add a red cube, a blue sphere next to it and render", [["create_object", { type: "cube", color: "red" }], [
    "create_object",
    { type: "sphere", color: "blue", near: first, side: "right" },
  ], ["render_image", {}]]],
  ["add a floor, put a red ball on it and a blue box to the left of it", [
    ["create_object", { type: "plane", size: 20, name: "Floor" }],
    ["create_object", { type: "sphere", color: "red", near: first, side: "on" }],
    ["create_object", { type: "cube", color: "blue", near: { $ref: "s2.result.name" }, side: "left" }],
  ]],
  ["use the camera and move the cube back to 0 0 1", [["set_active_camera", { camera: "Camera" }], [
    "transform_object",
    { object: "Cube", location: [0, 0, 1] },
  ]]],
  ['add a text saying "Grüße" behind the cube', [["create_object", {
    type: "text",
    rotation: [90, 0, 0],
    text: "Grüße",
    near: "Cube",
    side: "behind",
  }]]],
  ["put the pepper 2 m behind the cube", [["transform_object", {
    object: "Salt and Pepper",
    near: "Cube",
    side: "behind",
    gap: 2,
  }]]],
  ["move the cube 2 meters to the left", [["transform_object", { object: "Cube", direction: "left", distance: 2 }]]],
  ["move Cube up 2", [["transform_object", { object: "Cube", direction: "up", distance: 2 }]]],
  ["make Cube.001 a bit smaller", [["transform_object", { object: "Cube.001", factor: 0.8 }]]],
  ["make the cube and Cube.001 red", [["set_material", { object: "Cube", color: "red" }], ["set_material", {
    object: "Cube.001",
    color: "red",
  }]]],
  ["delete all cubes", [["delete_object", { object: "Cube" }], ["delete_object", { object: "Cube.001" }]]],
  ["make all objects red", [
    ["set_material", { object: "Cube", color: "red" }],
    ["set_material", { object: "Salt and Pepper", color: "red" }],
    ["set_material", { object: "Cube.001", color: "red" }],
  ]],
  ["add a cube and a cone and make both red", [
    ["create_object", { type: "cube" }],
    ["create_object", { type: "cone" }],
    ["set_material", { object: first, color: "red" }],
    ["set_material", { object: { $ref: "s2.result.name" }, color: "red" }],
  ]],
  ["add a cube, add a sun above it and make it brighter", [["create_object", { type: "cube" }], ["create_light", {
    type: "sun",
    above: first,
  }], ["update_light", { object: { $ref: "s2.result.name" }, factor: 2 }]]],
  ["add a sphere called Große Kugel and make it gold", [["create_object", {
    type: "sphere",
    name: "Große Kugel",
  }], ["set_material", { object: first, color: "gold" }]]],
  ["spin Cube over 48 frames", [["animate_object", {
    object: "Cube",
    property: "rotation",
    from: [0, 0, 0],
    to: [0, 0, 360],
    interpolation: "linear",
    end: 48,
  }]]],
  ["add a subdivision surface to Cube with 3 levels", [["add_modifier", {
    object: "Cube",
    type: "subdivision",
    levels: 3,
  }]]],
  ["take a screenshot from the top", [["capture_viewport", { view: "top" }]]],
  ["how big is the cube?", [["get_object", { object: "Cube" }]]],
  ["in blender, add a cube", [["create_object", { type: "cube" }]]],
  ["blender: undo", [["undo", {}]]],
  ["add a cube on ws-01", [["create_object", { type: "cube" }]]],
  ["run python print(1); print(2)", [["execute_python", { code: "print(1); print(2)" }]]],
];

for (const [instruction, expected] of UNDERSTOOD) {
  Deno.test(`Blender understands: ${instruction}`, async () => {
    const { plan: made } = await plan(instruction);
    assert.deepEqual(made.steps.map(({ command, args }) => [command, args]), expected);
    const checked = validatePlan(made, { manifests: new Map([["blender", manifest]]), bridges: [presence] });
    assert.ok(checked.ok, JSON.stringify(checked));
  });
}

/** What it does not understand: the clause, and how the first suggestion begins. */
const UNCLEAR: [string, string, string][] = [
  ["rendr it", "rendr it", "render"],
  ["add a crate", "add a crate", "add a"],
  ["add a cube, polish it and render it", "polish it", ""],
  ["make it red", "make it red", "make {object} {color}"],
  ["scale the pyramid by 2", "scale the pyramid by 2", "scale {object} by {factor}"],
  ["in houdini, add a cube", "in houdini", ""],
  ["set the fps to a million", "set the fps to a million", "set the"],
  ["import it", "import it", "import {file}"],
  ["paint the box green", "paint the box green", "make {object}"],
  ["add a sun at 45 degrees", "add a sun at 45 degrees", "add a"],
  ["make the camera red", "make the camera red", "make {object} {color}"],
  ["set Cube to 50 watts", "set Cube to 50 watts", "set {object}"],
  ["flibber the jabberwock", "flibber the jabberwock", ""],
  ["open the window", "open the window", "open"],
  ["open it", "open it", "open {file}"],
  ["delete them all", "delete them all", ""],
  ["render scene 1", "render scene 1", "render"],
];

for (const [instruction, clause, suggestion] of UNCLEAR) {
  Deno.test(`Blender does not understand, and says so: ${instruction}`, async () => {
    await assert.rejects(plan(instruction), (error) => {
      assert.ok(error instanceof PatchbayError);
      assert.equal(error.code, "NOT_UNDERSTOOD");
      const clauses = error.context["clauses"] as { clause: string; position: number; suggestions: string[] }[];
      assert.deepEqual(clauses.map((one) => one.clause), [clause]);
      assert.equal(clauses[0]?.position, instruction.indexOf(clause));
      assert.ok(clauses[0]?.suggestions[0]?.startsWith(suggestion), clauses[0]?.suggestions[0]);
      return true;
    });
  });
}

Deno.test("the picture is taken after everything that shall be in it", async () => {
  const { plan: { steps } } = await plan(UNDERSTOOD[0]![0]);
  assert.deepEqual(steps.map((step) => [...dependenciesOf(step)].sort()), [[], ["s1"], ["s1", "s2"], ["s3"]]);
});

Deno.test("every phrase of Blender's manifest can be read", () => {
  assert.deepEqual(unreadablePhrases([manifest]), []);
});
