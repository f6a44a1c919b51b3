/** An artist's scene in Blender, and twelve steps that change it. */
import { blender } from "@patchbay/bridge-blender";
import type { BridgeMode } from "@patchbay/bridge-kit";
import { manifestDocument } from "@patchbay/contracts";
import { changesBetween } from "@patchbay/rehearsal";
import { startTestStudio, type TestStudio } from "./studio.ts";

const ADDRESS = "blender.any";

/** An artist's scene. */
const SCENE: [command: string, args: Record<string, unknown>][] = [
  ["create_object", { type: "cube", name: "Hero", color: "red" }],
  ["create_object", { type: "sphere", name: "Ball", location: [3, 0, 0] }],
  ["create_object", { type: "text", name: "Title", text: "Act one", location: [0, 0, 3] }],
  ["create_light", { type: "sun", name: "Key", location: [4, -4, 6], energy: 4 }],
  ["create_camera", { name: "Eye", location: [0, -12, 4], target: "Hero" }],
  ["create_collection", { name: "Props" }],
];

export const after = (...dependsOn: string[]) => ({ dependsOn });
/** Twelve steps: new things, changed things, things that go, rounds and a condition. */
export const STEPS = [
  { id: "s1", command: "create_object", args: { type: "cone", name: "Tree", location: [0, 5, 0], color: "green" } },
  { id: "s2", command: "transform_object", args: { object: { $ref: "s1.result.name" }, factor: 2 } },
  { id: "s3", command: "duplicate_object", args: { object: { $ref: "s1.result.name" }, count: 3, offset: [2, 0, 0] } },
  {
    id: "s4",
    command: "update_object",
    forEach: { $ref: "s3.result.names" },
    args: { object: { $item: "" }, visible: false },
  },
  { id: "s5", command: "move_to_collection", args: { object: "Ball", collection: "Props" } },
  { id: "s6", command: "set_material", args: { object: "Ball", color: "gold", metallic: 1 } },
  { id: "s7", command: "parent_object", args: { object: "Title", parent: "Hero" } },
  { id: "s8", command: "update_light", args: { object: "Key", energy: 2 } },
  { id: "s9", command: "set_timeline", args: { fps: 30, end: 120 } },
  {
    id: "s10",
    command: "set_render",
    args: { width: 320, height: 180 },
    when: { $ref: "s9.result.end", atLeast: 100 },
  },
  { id: "s11", command: "look_at", args: { object: "Eye", target: "Tree" } },
  { id: "s12", command: "update_object", args: { object: "Hero", name: "Heroine" } },
].map((step, i) => ({ app: "blender", ...step, ...(i === 0 ? {} : after(`s${i}`)) }));

/** A studio in which the scene is open. */
export async function startWithScene(mode: BridgeMode): Promise<TestStudio> {
  const studio = await startTestStudio({ mode, signal: AbortSignal.timeout(240_000) });
  await studio.bridgesReady(AbortSignal.timeout(120_000));
  for (const [command, args] of SCENE) await studio.client.command(ADDRESS, command, args);
  return studio;
}

/** What the application itself says, and what its bridge has told. */
export async function lookAt({ client, bridges }: TestStudio) {
  const { app, bridge } = bridges[0]!.presence;
  const { value } = await client.command(ADDRESS, "get_scene");
  let state = await client.bridges.state(`${app}.${bridge}`);
  // what the last command changed is told a moment after its answer
  while (changesBetween(state.state, value, STATE).changes.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    state = await client.bridges.state(`${app}.${bridge}`);
  }
  return { scene: value, revision: state.revision };
}

export const STATE = manifestDocument(blender).state;
