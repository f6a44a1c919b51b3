import assert from "node:assert/strict";
import { KeptAssets, Stage } from "@patchbay/bridge-kit/rehearsal";
import { type ManifestDocument, manifestDocument, RehearsedStep } from "@patchbay/contracts";
import { REHEARSAL_LIMITS } from "./limits.ts";
import { painter, painterBridge, radio } from "./testing/painter.ts";
import { planOf, type StepOf } from "./testing/steps.ts";
import { walk } from "./walk.ts";

const manifests = new Map<string, ManifestDocument>([painter, radio].map((app) => [app.app, manifestDocument(app)]));
const STATE = { layers: { Sky: { color: "blue", strokes: 2 } }, active: "Sky" };

/** What became of each step. */
async function walked(...steps: StepOf[]): Promise<RehearsedStep[]> {
  const { signal } = new AbortController();
  const workDir = await Deno.makeTempDir();
  const given = { bridge: "ws-01", workDir, signal };
  const staged = await painterBridge.stage!({ ...given, state: STATE });
  const assets = new KeptAssets(() => Promise.resolve(undefined), 1_000);
  await using stage = await Stage.open(staged, { ...given, app: "painter", assets, stateLimit: 1_000 });
  const told: RehearsedStep[] = [];
  await walk({
    plan: planOf(...steps),
    manifests,
    stageOf: ({ app }) => Promise.resolve(app === "painter" ? stage : { reason: `no '${app}' here` }),
    limits: REHEARSAL_LIMITS,
    onBegan: () => {},
    onStep: (step) => told.push(RehearsedStep.parse(step)),
    signal,
  });
  await Deno.remove(workDir, { recursive: true });
  return told;
}

const statuses = (steps: readonly RehearsedStep[]) => steps.map(({ status }) => status).join(" ");
const changes = ({ changes }: RehearsedStep) => changes.map(({ kind, object }) => `${kind} ${object}`);

Deno.test("each step tells what it changes, how it risks and how it is taken back", async () => {
  const [added, painted, listed, removed] = await walked(
    { command: "add_layer", args: { name: "Sun", color: "gold" } },
    { command: "paint", args: { layer: { $ref: "s1.result.name" }, color: "red" } },
    { command: "list_layers" },
    { command: "remove_layer", args: { name: "Sky" } },
  );
  assert.deepEqual(changes(added!), ["added layer 'Sun'", "changed active"]);
  assert.deepEqual([added!.undo, added!.risk, added!.durationFrom], ["app", "low", "simulated"]);
  assert.deepEqual(painted!.changes, [{
    kind: "changed",
    object: "layer 'Sun'",
    path: "/layers/Sun",
    before: { color: "gold", strokes: 0 },
    after: { color: "red", strokes: 1 },
  }]);
  assert.deepEqual([painted!.undo, painted!.value], ["inverse", { name: "Sun", strokes: 1 }]);
  assert.deepEqual([listed!.undo, listed!.risk, listed!.changes], ["unnecessary", "low", []]);
  assert.deepEqual([changes(removed!), removed!.risk], [["removed layer 'Sky'"], "high"]);
});

Deno.test("a failure is the step's own; the rest goes on as a run would", async () => {
  const fails = { command: "paint", args: { layer: "Sea", color: "red" } };
  const stopped = await walked(fails, { command: "list_layers", dependsOn: [] });
  assert.equal(statuses(stopped), "failed skipped");
  assert.equal(stopped[0]!.problem?.code, "NOT_FOUND");
  assert.deepEqual([stopped[1]!.cause, stopped[1]!.reason], ["failure", "step 's1' failed"]);
  const goesOn = await walked({ ...fails, onError: "continue" }, { command: "list_layers" }, {
    command: "list_layers",
    dependsOn: [],
  });
  assert.equal(statuses(goesOn), "failed skipped succeeded");
  assert.equal(statuses(await walked({ command: "paint", args: { layer: 7 } })), "failed");
});

Deno.test("a batch is rehearsed command by command; one that fails says which", async () => {
  const paint = (layer: string) => ({ command: "paint", args: { layer, color: "red" } });
  const [both, broken, onward] = await walked(
    {
      command: "_batch",
      args: { commands: [{ command: "add_layer", args: { name: "Sun", color: "gold" } }, paint("Sun")] },
    },
    { command: "_batch", args: { commands: [paint("Sun"), paint("Sea")] }, onError: "continue" },
    { command: "_batch", args: { commands: [paint("Sea"), paint("Sun")], onError: "continue" }, dependsOn: [] },
  );
  assert.deepEqual([both!.status, changes(both!)], ["succeeded", ["added layer 'Sun'", "changed active"]]);
  assert.deepEqual([broken!.status, changes(broken!)], ["failed", ["changed layer 'Sun'"]]);
  assert.match(broken!.problem!.detail, /Command 2 \('paint'\) of the batch/);
  assert.equal(onward!.status, "succeeded");
});

Deno.test("conditions and rounds are what a run makes of them", async () => {
  const steps = await walked(
    { command: "list_layers" },
    { command: "add_layer", args: { name: { $item: "/n" } }, forEach: [{ n: "A" }, { n: "B" }] },
    { command: "paint", forEach: { $ref: "s1.result.layers" }, args: { layer: { $item: "/name" }, color: "red" } },
    { command: "save", when: { $ref: "s2.result.1.name", equals: "C" } },
    { command: "size_of", args: { file: { $ref: "s4.result.file" } } },
    { command: "list_layers", when: { $ref: "s2.result.1.name", equals: "B" }, dependsOn: ["s4"] },
  );
  assert.equal(statuses(steps), "succeeded succeeded succeeded skipped skipped succeeded");
  assert.deepEqual([steps[1]!.rounds, steps[1]!.value], [2, [{ name: "A" }, { name: "B" }]]);
  assert.deepEqual(changes(steps[1]!), ["added layer 'A'", "added layer 'B'", "changed active"]);
  assert.deepEqual(changes(steps[2]!), ["changed layer 'Sky'"]);
  assert.deepEqual(steps.slice(3, 5).map(({ cause }) => cause), ["condition", "condition"]);
});

Deno.test("rounds that fail end the step at once, or after the others where it goes on", async () => {
  const paint = { command: "paint", forEach: ["Sea", "Sky", "Bay"], args: { layer: { $item: "" }, color: "red" } };
  const [stopped] = await walked(paint);
  assert.deepEqual([stopped!.status, changes(stopped!)], ["failed", []]);
  const [continued] = await walked({ ...paint, onError: "continue" });
  assert.deepEqual([continued!.status, changes(continued!)], ["failed", ["changed layer 'Sky'"]]);
  assert.deepEqual(continued!.problem?.context, { rounds: [0, 2] });
});

Deno.test("what no simulator can do is made up, and what fails only for that is not said to fail", async () => {
  const steps = await walked(
    { command: "tune", app: "radio", args: { name: "Jazz" } },
    { command: "import_psd", dependsOn: [] },
    { command: "run_code" },
    { command: "paint", args: { layer: { $ref: "s2.result.layer" }, color: "red" } },
    { command: "add_layer", args: { name: { $ref: "s1.result.station" } } },
    { command: "paint", args: { layer: "Sea", color: "red" }, dependsOn: [] },
  );
  assert.equal(statuses(steps), "unrehearsed unrehearsed unrehearsed unrehearsed succeeded failed");
  assert.deepEqual(steps[0]!.value, { name: "Jazz", station: "one" });
  assert.deepEqual([steps[0]!.durationMs, steps[0]!.durationFrom, steps[0]!.risk], [5_000, "manifest", "medium"]);
  assert.match(steps[1]!.reason!, /no PSD/);
  assert.match(steps[2]!.reason!, /may do anything/);
  assert.match(steps[3]!.reason!, /'s3', which was not rehearsed/);
  assert.deepEqual(changes(steps[4]!), ["added layer 'one'", "changed active"]);
});

Deno.test("a file that a step makes is there for the next one", async () => {
  const [saved, weighed] = await walked({ command: "save" }, {
    command: "size_of",
    args: { file: { $asset: "s1.result.file" } },
  });
  assert.equal(saved!.risk, "medium");
  assert.deepEqual(weighed!.value, { size: 123 });
});

Deno.test("a command that never ends, and an application that grows without end, cost their steps and no more", async () => {
  const hung = await walked({ command: "hang", onError: "continue" }, { command: "list_layers", dependsOn: [] });
  assert.deepEqual(hung.map(({ problem }) => problem?.code), ["APP_UNRESPONSIVE", "APP_UNRESPONSIVE"]);
  const [swollen] = await walked({ command: "swell" });
  assert.equal(swollen!.problem?.code, "STORAGE_FULL");
});
