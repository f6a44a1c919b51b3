/** A rehearsal of each application leaves it as it is, and says what the same plan then changes in it. */
import assert from "node:assert/strict";
import { bridge as ableton } from "@patchbay/bridge-ableton";
import { bridge as cascadeur } from "@patchbay/bridge-cascadeur";
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { bridge as osc } from "@patchbay/bridge-osc";
import { bridge as touchdesigner } from "@patchbay/bridge-touchdesigner";
import type { ObjectChange } from "@patchbay/contracts";
import { changesBetween } from "@patchbay/rehearsal";
import { startTestStudio, type TestStudio } from "../studio.ts";

type Told = [command: string, args: Record<string, unknown>];

interface Case {
  definition: BridgeDefinition;
  /** What stands after the colon of its item. */
  argument?: string;
  /** What is there before. */
  scene: Told[];
  /** Whether the bridge has told all of that. */
  told(state: Record<string, unknown>): boolean;
  /** The plan, one step after the other. */
  plan: Told[];
  /** Changes that the plan is known to make: how, and what. */
  among: string[];
}

const CASES: Case[] = [
  {
    definition: touchdesigner,
    scene: [
      ["create_node", { type: "noiseTOP", name: "clouds" }],
      ["create_node", { type: "levelTOP", name: "bright", input: "clouds" }],
      ["create_node", { type: "lfoCHOP", name: "wave" }],
      ["set_timeline", { playing: false, tempo: 96 }],
    ],
    told: ({ timeline, total }) => JSON.stringify(timeline).includes('"tempo":96') && total === 4,
    plan: [
      ["create_node", { type: "blurTOP", name: "soft", input: "bright" }],
      ["create_node", { type: "nullCHOP", name: "follow", input: "wave" }],
      ["rename_node", { node: "clouds", name: "fog" }],
      ["delete_node", { node: "wave" }],
      ["set_timeline", { tempo: 120, end: 900 }],
      ["connect_nodes", { from: "soft", to: "out1" }],
    ],
    among: ["added 'soft'", "removed 'wave'", "changed timeline"],
  },
  {
    definition: ableton,
    scene: [
      ["rename_track", { track: 1, name: "Bass" }],
      ["create_clip", { track: "Bass", name: "Line", length: 4, scene: 1 }],
      ["set_tempo", { bpm: 97 }],
    ],
    told: ({ tracks }) => JSON.stringify(tracks).includes('"Line"'),
    plan: [
      ["create_track", { kind: "midi", name: "Lead" }],
      ["set_tempo", { bpm: 120 }],
      ["set_track_volume", { track: "Bass", db: -6 }],
      ["set_send", { track: "Bass", send: 1, value: 0.5 }],
      ["create_clip", { track: "Lead", name: "Hook", scene: 2 }],
      ["rename_clip", { track: "Bass", clip: "Line", name: "Groove" }],
      ["add_locator", { time: 16, name: "Drop" }],
    ],
    among: ["added 'Lead'", "changed 'Bass'", "added 'Drop'"],
  },
  {
    definition: cascadeur,
    scene: [
      ["set_keyframe", { object: "left hand", frame: 24, position: [30, 140, 20] }],
      ["create_track", { name: "Props" }],
    ],
    told: ({ tracks }) => JSON.stringify(tracks).includes('"Props"'),
    plan: [
      ["set_keyframe", { object: "right hand", frame: 48, position: [0, 100, 0] }],
      ["rename_object", { object: "toe_MainPoint_l", name: "left toes" }],
      ["move_to_track", { objects: ["toe_MainPoint_r"], track: "Props" }],
      ["update_track", { track: "Head", locked: true }],
      ["set_play_range", { start: 5, end: 30 }],
      ["delete_objects", { objects: ["toe_r"] }],
    ],
    among: ["added 'left toes'", "removed 'toe_r'", "changed 'Head'", "changed timeline"],
  },
  {
    definition: await osc.from!("supercollider"),
    argument: "supercollider",
    scene: [["play_tone", { node: 2000 }], ["create_group", { node: 3000 }], ["pause_node", { node: 2000 }]],
    told: ({ nodes, paused }) =>
      JSON.stringify([nodes, paused]) === '[{"1":"group","2000":"synth","3000":"group"},{"2000":true}]',
    plan: [
      ["create_synth", { definition: "patchbay_tone", node: 2001 }],
      ["resume_node", { node: 2000 }],
      ["free_node", { node: 3000 }],
      ["set_bus", { bus: 3, value: 0.5 }],
    ],
    among: ["changed nodes", "changed paused"],
  },
];

/**
 * Changes one after another, as one: what came and went again is no change. Places in lists move with what is before them,
 * and what is in a new thing came with it.
 */
function together(changes: readonly ObjectChange[]): string[] {
  const net = new Map<string, string>();
  for (const { object: label, kind } of changes) {
    const object = label.replaceAll(/ \d+ '/g, " '");
    const before = net.get(object);
    if (before === undefined) net.set(object, kind);
    else if (before === "added" && kind === "removed") net.delete(object);
    else if (before === "removed" && kind === "added") net.set(object, "changed");
    else if (kind === "removed") net.set(object, kind);
  }
  const isNew = (object: string) => net.get(object) === "added";
  return [...net].filter(([object]) => !isNew(object.split(" of ").slice(1).join(" of ")))
    .map(([object, kind]) => `${kind} ${object}`).sort();
}

type Address = `${string}.${string}`;

const stateOf = ({ client }: TestStudio, address: Address) => client.bridges.state(address);

/** What it has told once that fits; what it has told last where it never does. */
async function once(studio: TestStudio, address: Address, fits: (state: Record<string, unknown>) => boolean) {
  const end = Date.now() + 30_000;
  for (;;) {
    const told = await stateOf(studio, address);
    if (fits(told.state as Record<string, unknown>) || Date.now() > end) return told;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for (const { definition, argument, scene, told, plan, among } of CASES) {
  Deno.test(`a simulated ${definition.title}: a rehearsal says what the run then changes, and changes nothing`, async () => {
    await using studio = await startTestStudio({
      bridges: [{ definition, ...(argument === undefined ? {} : { argument }) }],
      signal: AbortSignal.timeout(300_000),
    });
    await studio.bridgesReady(AbortSignal.timeout(120_000));
    const { client } = studio;
    const { app, bridge } = studio.bridges[0]!.presence;
    const address = `${app}.${bridge}` as const;
    for (const [command, args] of scene) await client.command(address, command, args);
    const before = await once(studio, address, told);
    assert.ok(told(before.state as Record<string, unknown>), JSON.stringify(before.state));
    const steps = plan.map(([command, args], i) => ({
      id: `s${i}`,
      app,
      command,
      args,
      ...(i === 0 ? {} : { dependsOn: [`s${i - 1}`] }),
    }));
    const saved = await client.plans.save({ steps });
    const rehearsal = await client.plans.rehearse(saved.plan.id);
    assert.deepEqual(
      rehearsal.steps.map(({ status, problem, reason }) => problem?.detail ?? reason ?? status),
      steps.map(() => "succeeded"),
    );
    assert.equal(rehearsal.stages[0]?.revision, before.revision);
    const untouched = await stateOf(studio, address);
    assert.deepEqual(untouched, before);

    const { runId, approval } = await client.plans.run(saved.plan.id);
    if (approval !== undefined) await client.plans.approve(saved.plan.id, approval.digest);
    for await (const _event of client.runs.follow(runId));
    const run = await client.runs.get(runId);
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
    const schema = (await client.apps.get(app)).state;
    const predicted = together(rehearsal.steps.flatMap(({ changes }) => changes));
    const changed = (state: unknown) => together(changesBetween(before.state, state, schema).changes);
    const after = await once(studio, address, (state) => JSON.stringify(changed(state)) === JSON.stringify(predicted));
    assert.deepEqual(predicted, changed(after.state));
    for (const each of among) {
      const [kind, name] = [each.split(" ")[0]!, each.slice(each.indexOf(" ") + 1)];
      const found = predicted.some((line) => line.startsWith(kind) && line.includes(name));
      assert.ok(found, `${each} among ${predicted.join(", ")}`);
    }
  });
}
