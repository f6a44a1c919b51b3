import assert from "node:assert/strict";
import { dependenciesOf, PatchbayError, type Step } from "@patchbay/contracts";
import type { World } from "../provider.ts";
import { manifests, presenceOf, workshopState, world } from "../testing/worlds.ts";
import { interpret } from "./interpret.ts";
import type { UnclearClause } from "./not_understood.ts";

/** Each step as its command and arguments. */
const plan = (text: string, there: World = world) => interpret(text, there).map(({ command, args }) => [command, args]);
const ref = (step: string) => ({ $ref: `${step}.result.name` });

function unclear(text: string, there: World = world): UnclearClause[] {
  let error: unknown;
  try {
    interpret(text, there);
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof PatchbayError && error.code === "NOT_UNDERSTOOD", `${text}: ${error}`);
  return error.context["clauses"] as UnclearClause[];
}

const UNDERSTOOD: [string, [string, Step["args"]][]][] = [
  ["add a ball", [["create_thing", { type: "ball" }]]],
  ["Please, could you add a RED ball named Hero at 1, 2, 0.5?", [
    ["create_thing", { color: "#ff0000", type: "ball", name: "Hero", location: [1, 2, 0.5] }],
  ]],
  ["add a ball at the origin named Hero", [["create_thing", { type: "ball", location: [0, 0, 0], name: "Hero" }]]],
  ["add a tall box", [["create_thing", { type: "tall_box" }]]],
  ["add a ball and a lamp and a sky blue box", [
    ["create_thing", { type: "ball" }],
    ["create_thing", { type: "lamp" }],
    ["create_thing", { color: "#87ceeb", type: "box" }],
  ]],
  ["add a ball, put it at 1 2 3 and paint it red", [
    ["create_thing", { type: "ball" }],
    ["move_thing", { thing: ref("s1"), to: [1, 2, 3] }],
    ["paint_thing", { thing: ref("s1"), color: [1, 0, 0] }],
  ]],
  ["add a ball named Hero, add a lamp above it, paint it blue", [
    ["create_thing", { type: "ball", name: "Hero" }],
    ["create_thing", { type: "lamp", above: ref("s1") }],
    ["paint_thing", { thing: ref("s1"), color: [0, 0, 1] }],
  ]],
  ["add a ball, add a lamp, paint the ball red and hero green".replace("hero", "the lamp"), [
    ["create_thing", { type: "ball" }],
    ["create_thing", { type: "lamp" }],
    ["paint_thing", { thing: ref("s1"), color: [1, 0, 0] }],
    ["paint_thing", { thing: ref("s2"), color: [0, 128 / 255, 0] }],
  ]],
  ["add a red ball named Hero, then move hero to (1, 2, 3)", [
    ["create_thing", { color: "#ff0000", type: "ball", name: "Hero" }],
    ["move_thing", { thing: ref("s1"), to: [1, 2, 3] }],
  ]],
  ["add a ball, add a lamp, make them red", [
    ["create_thing", { type: "ball" }],
    ["create_thing", { type: "lamp" }],
    ["paint_thing", { color: [1, 0, 0], thing: ref("s1") }],
    ["paint_thing", { color: [1, 0, 0], thing: ref("s2") }],
  ]],
  ["copy the globe and paint it red", [
    ["copy_thing", { thing: "Globe" }],
    ["paint_thing", { thing: ref("s1"), color: [1, 0, 0] }],
  ]],
  ["paint crate.001 red", [["paint_thing", { thing: "Crate.001", color: [1, 0, 0] }]]],
  ["paint Salt and Pepper red", [["paint_thing", { thing: "Salt and Pepper", color: [1, 0, 0] }]]],
  ['copy "Not There Yet"', [["copy_thing", { thing: "Not There Yet" }]]],
  ['copy Globe as "This, and that"', [["copy_thing", { thing: "Globe", name: "This, and that" }]]],
  ["remove Globe, Crate and the tall box", [["remove_things", { things: ["Globe", "Crate", "Salt and Pepper"] }]]],
  ["move Globe to 1 2 3 and turn it by 45 degrees", [["move_thing", { thing: "Globe", to: [1, 2, 3], turn: 45 }]]],
  ["move Globe to 1 2 3 and Crate to 4 5 6", [
    ["move_thing", { thing: "Globe", to: [1, 2, 3] }],
    ["move_thing", { thing: "Crate", to: [4, 5, 6] }],
  ]],
  ["move Globe to 10 20 30 cm, put Crate there", [
    ["move_thing", { thing: "Globe", to: [0.1, 0.2, 0.3] }],
    ["move_thing", { thing: "Crate", to: [0.1, 0.2, 0.3] }],
  ]],
  ["draw it at 1920x1080 and frame it, then load it", [
    ["draw", { width: 1920, height: 1080 }],
    ["frame_picture", { picture: { $asset: "s1.result.image" } }],
    ["load", { file: { $asset: "s2.result.image" } }],
  ]],
  ["draw half of it", [["draw", { share: 0.5 }]]],
  ["draw 50% of it", [["draw", { share: 0.5 }]]],
  ["turn the light off", [["light", { on: false }]]],
  ["lights out!", [["light", { on: false }]]],
  ["write All is well and good", [["write", { words: "All is well and good" }]]],
  ["write hello and draw it", [["write", { words: "hello" }], ["draw", {}]]],
  ["set the tempo to one hundred twenty".replace("one hundred twenty", "120 bpm over 2 seconds"), [
    ["set_tempo", { bpm: 120, fade: 2000 }],
  ]],
  ["1. add a ball\n2. draw it", [["create_thing", { type: "ball" }], ["draw", {}]]],
  ["what is there?", [["look", {}]]],
];

for (const [text, expected] of UNDERSTOOD) {
  Deno.test(`understood: ${JSON.stringify(text)}`, () => assert.deepEqual(plan(text), expected));
}

Deno.test("what is not understood is named with its place and with what it could have been", () => {
  const text = "add a ball, sing a song and drw it";
  const [song, misspelled, ...others] = unclear(text);
  assert.deepEqual(others, []);
  assert.equal(song?.clause, "sing a song");
  assert.equal(text.slice(song?.position), "sing a song and drw it");
  assert.equal(misspelled?.clause, "drw it");
  assert.ok((song?.suggestions.length ?? 0) > 0);
});

Deno.test("a misspelled word leads to the phrase that it was meant for", () => {
  assert.deepEqual(unclear("frme the picture")[0]?.suggestions[0], "frame {picture}");
  assert.match(unclear("add a bal")[0]?.suggestions[0] ?? "", /^add a /);
});

Deno.test("a pronoun that stands for nothing is told", () => {
  assert.match(unclear("paint it red")[0]?.reason ?? "", /nothing before it says what 'it' is/);
  assert.match(unclear("frame it")[0]?.reason ?? "", /no step before it makes a file/);
  assert.match(unclear("put Globe there")[0]?.reason ?? "", /where 'there' is/);
});

Deno.test("a thing that does not exist is told, with what exists", () => {
  assert.match(unclear("paint the moon red")[0]?.reason ?? "", /nothing called 'moon'; there is 'Crate'/);
});

Deno.test("a kind of which there are several is told, unless one of them is active", () => {
  assert.match(unclear("paint the box red")[0]?.reason ?? "", /could be 'Crate', 'Crate.001'/);
  const states = [{ app: "workshop", bridge: "ws-01", state: { ...workshopState, active_thing: "Crate" } }];
  assert.deepEqual(plan("paint the box red", { ...world, states }), [["paint_thing", {
    thing: "Crate",
    color: [1, 0, 0],
  }]]);
});

Deno.test("a number out of the argument's range is not understood", () => {
  assert.equal(unclear("set the tempo to 5000")[0]?.clause, "set the tempo to 5000");
});

Deno.test("of two applications the one that is here is meant", () => {
  assert.deepEqual(interpret("play", world).map(({ app, bridge }) => [app, bridge]), [["workshop", "ws-01"]]);
});

Deno.test("where both are here, the clause must say which, or the one before has", () => {
  const both = { ...world, presence: [...world.presence, presenceOf("mixer", "audio")] };
  const apps = (text: string) => interpret(text, both).map(({ app }) => app);
  assert.match(unclear("play", both)[0]?.reason ?? "", /'mixer' and 'workshop' both do this/);
  assert.deepEqual(unclear("play", both)[0]?.suggestions, ["in mixer, play", "in workshop, play"]);
  assert.deepEqual(apps("in the mixer, play"), ["mixer"]);
  assert.deepEqual(apps("play on audio"), ["mixer"]);
  assert.deepEqual(apps("play in The Workshop"), ["workshop"]);
  assert.deepEqual(apps("mixer: play"), ["mixer"]);
  assert.deepEqual(apps("set the tempo to 100 and play"), ["mixer", "mixer"]);
  assert.match(unclear("play on workshop.audio", both)[0]?.clause ?? "", /play on workshop.audio/);
});

Deno.test("a name is looked for in every application, and where it is, there it is meant", () => {
  const shelfManifest = { ...manifests[0]!, app: "shelf", title: "Shelf" };
  const things = { Bass: { name: "Bass", type: "box", location: [0, 0, 0] } };
  const both: World = {
    manifests: [...manifests, shelfManifest],
    presence: [...world.presence, presenceOf("shelf", "ws-01")],
    states: [...world.states, { app: "shelf", bridge: "ws-01", state: { things, active_thing: null } }],
  };
  const apps = (text: string) => interpret(text, both).map(({ app }) => app);
  assert.deepEqual(apps("copy Bass"), ["shelf"]);
  assert.deepEqual(apps("copy Crate"), ["workshop"]);
  assert.deepEqual(apps("copy Crate as Box2 and copy Bass"), ["workshop", "shelf"]);
  assert.match(unclear("copy Drums", both)[0]?.reason ?? "", /both do this; say 'in shelf' or 'in workshop'/);
});

Deno.test("a plan stays at one bridge of an application, the named one or the best", () => {
  const presence = [
    presenceOf("workshop", "ws-01", { simulated: true }),
    presenceOf("workshop", "ws-02"),
    presenceOf("workshop", "ws-03", { status: "disconnected" }),
  ];
  const bridges = (text: string) => interpret(text, { ...world, presence }).map(({ bridge }) => bridge);
  assert.deepEqual(bridges("add a ball and draw it"), ["ws-02", "ws-02"]);
  assert.deepEqual(bridges("add a ball on ws-01 and draw it"), ["ws-01", "ws-01"]);
});

Deno.test("steps of one application come in order, and 'then' orders across applications", () => {
  const after = (text: string) => interpret(text, world).map((step) => [...dependenciesOf(step)]);
  assert.deepEqual(after("add a ball, paint it red, draw it"), [[], ["s1"], ["s2"]]);
  assert.deepEqual(after("add a ball, set the tempo to 100"), [[], []]);
  assert.deepEqual(after("add a ball, then set the tempo to 100"), [[], ["s1"]]);
});

Deno.test("without applications, and without words, it says so", () => {
  assert.match(unclear("add a ball", { manifests: [], presence: [], states: [] })[0]?.reason ?? "", /start a bridge/);
  assert.match(unclear(" ,;. ")[0]?.reason ?? "", /no words/);
});

Deno.test("a phrase that cannot be read does not keep the others from being understood", () => {
  const [workshop] = manifests;
  assert.ok(workshop !== undefined);
  const draw = workshop.commands["draw"];
  assert.ok(draw !== undefined);
  const broken = { ...workshop, commands: { draw: { ...draw, phrases: ["draw [it", "draw {nothing}", "draw it"] } } };
  assert.deepEqual(plan("draw it", { ...world, manifests: [broken] }), [["draw", {}]]);
});
