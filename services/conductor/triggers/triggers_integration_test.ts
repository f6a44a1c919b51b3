import assert from "node:assert/strict";
import { callService } from "@patchbay/bus";
import { newId, type Plan, SERVER_POLICIES, SERVICES, ValidationError } from "@patchbay/contracts";
import { ask, fired, firings, flashAtDrum, put, refused, runIds, startTestStudio, until } from "./test_triggers.ts";

Deno.test("an event runs a command with what it says, once, whichever of three conductors sees to it", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  await using _first = await studio.conductor();
  await using _second = await studio.conductor();
  await using _third = await studio.conductor();
  await put(bus, flashAtDrum);
  studio.strike("kick");
  studio.strike("snare");
  await until(() => studio.colors().length === 2);
  assert.deepEqual(studio.colors(), ["kick", "snare"]);
  await until(async () => (await firings(bus, "flash")).length === 2);
  const told = await firings(bus, "flash");
  assert.deepEqual(told.map(({ outcome, reason }) => [outcome, reason]), [
    ["started", "struck of drums.ws-01"],
    ["started", "struck of drums.ws-01"],
  ]);
  assert.deepEqual(told.map(({ id, runId }) => id === runId), [true, true]);
  assert.deepEqual((await runIds(bus)).sort(), told.map(({ id }) => id).sort());
  const run = await ask(bus, "run", { runId: told[0]?.id });
  assert.equal(run.trigger, "flash");
  assert.equal(run.plan.provenance.provider, "trigger");
});

Deno.test("a trigger that does not fit the applications is refused, with the place of everything that is wrong", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  await using _conductor = await studio.conductor();
  const wrong = (trigger: Parameters<typeof put>[1]) =>
    put(bus, trigger).then(() => assert.fail("it was kept"), (error: unknown) => {
      assert.ok(error instanceof ValidationError, String(error));
      return error.issues.map(({ path, code }) => `${path.join(".")} ${code}`);
    });
  assert.deepEqual(await wrong({ ...flashAtDrum, when: { app: "drums", event: "dropped" } }), [
    "when.event unknown_event",
  ]);
  assert.deepEqual(
    await wrong({
      ...flashAtDrum,
      then: {
        app: "lamp",
        command: "flash",
        args: { color: { $event: "/data/force" }, at: { $event: "/data/tempo" } },
      },
    }),
    ["then.args.color binding", "then.args.at reference"],
  );
  assert.deepEqual(await wrong({ ...flashAtDrum, then: { plan: newId() } }), ["then.plan unknown_plan"]);
  assert.deepEqual(await wrong({ ...flashAtDrum, when: { at: Date.now() - 3_600_000 } }), [
    "then.args.color reference",
    "when.at schedule",
  ]);
  await assert.rejects(ask(bus, "trigger", { id: "flash" }), refused("NOT_FOUND"));
});

Deno.test("of two who change a trigger the second one is told, and a deleted one fires no more", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  await using _conductor = await studio.conductor();
  const { revision } = await put(bus, flashAtDrum, 0);
  await assert.rejects(put(bus, flashAtDrum, 0), refused("CONFLICT"));
  const changed = await put(bus, { ...flashAtDrum, title: "Flash at the kick" }, revision);
  assert.equal((await ask(bus, "trigger", { id: "flash" })).trigger.title, "Flash at the kick");
  await assert.rejects(ask(bus, "delete_trigger", { id: "flash", revision }), refused("CONFLICT"));
  await put(bus, { ...flashAtDrum, id: "other" });
  await ask(bus, "delete_trigger", { id: "flash", revision: changed.revision });
  assert.deepEqual((await ask(bus, "triggers", {})).triggers.map(({ trigger }) => trigger.id), ["other"]);
  await until(async () => {
    studio.strike("kick");
    return (await firings(bus, "other")).length > 0;
  });
  await assert.rejects(ask(bus, "firings", { id: "flash" }), refused("NOT_FOUND"));
});

Deno.test("an event that is not as it should be, and one that another one follows soon, are only told as the last", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  await using _conductor = await studio.conductor();
  await put(bus, {
    ...flashAtDrum,
    when: { app: "drums", event: "struck", where: [{ path: "/force", greaterThan: 0.5 }] },
    debounceMs: 400,
  });
  for (let count = 0; count < 50; count++) studio.strike("soft", 0.1);
  studio.strike("loud", 0.9);
  studio.strike("louder", 1);
  studio.strike("softer", 0.2);
  await until(() => studio.colors().length > 0);
  assert.deepEqual(studio.colors(), ["louder"]);
  await until(async () => (await firings(bus, "flash")).length > 0);
  assert.deepEqual((await firings(bus, "flash")).map(({ outcome }) => outcome), ["started"]);
  studio.strike("soft", 0.1);
  await until(async () => (await ask(bus, "trigger", { id: "flash" })).last?.outcome === "filtered");
});

Deno.test("two triggers that set each other off stop with a reason", async () => {
  await using studio = await startTestStudio({ echo: true });
  const { bus } = studio;
  await using _conductor = await studio.conductor();
  await put(bus, flashAtDrum);
  await put(bus, {
    id: "strike",
    when: { app: "lamp", event: "flashed" },
    then: { app: "drums", command: "strike", args: { drum: { $event: "/data/color" } } },
  });
  studio.strike("kick");
  const stopped = await fired(bus, "flash", ({ outcome }) => outcome === "loop");
  assert.equal(stopped.reason, "struck of drums.ws-01: the trigger did that itself, through 'strike'");
  assert.deepEqual(stopped.chain, ["flash", "strike", "flash"]);
  assert.deepEqual(studio.colors(), ["kick"]);
  assert.deepEqual(studio.drums.executions.length, 1);
  // what a person does sets them off as before
  studio.strike("snare");
  await until(() => studio.colors().includes("snare"));
});

Deno.test("a trigger that fires too often is suspended with an alert, and goes on once it is put again", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  await using _conductor = await studio.conductor();
  const often = { ...flashAtDrum, maxPerMinute: 5 };
  const { revision } = await put(bus, often);
  for (let count = 0; count < 40; count++) studio.strike("roll");
  const { reason } = await fired(bus, "flash", ({ outcome }) => outcome === "suspended");
  assert.equal(reason, "it fired more than 5 times within a minute");
  await until(async () => (await ask(bus, "trigger", { id: "flash" })).suspended === reason);
  assert.equal((await firings(bus, "flash")).length, 6);
  const alert = await bus.nc.request("$JS.API.STREAM.MSG.GET.ALERTS", JSON.stringify({ seq: 1 }));
  assert.match(atob(alert.json<{ message: { data: string } }>().message.data), /Trigger 'flash' is suspended/);
  const again = await put(bus, often, revision);
  assert.equal(again.suspended, undefined);
  studio.strike("once");
  await until(() => studio.colors().includes("once"));
});

Deno.test("where the policies ask, a trigger waits for its approval with the last event, and runs once it has it", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  await using _conductor = await studio.conductor({ policies: SERVER_POLICIES });
  const by = { key: "k123", name: "Ada" };
  await put(bus, { ...flashAtDrum, owner: { ...by, effects: ["read", "write"] } });
  studio.strike("kick");
  const waits = await fired(bus, "flash", ({ outcome }) => outcome === "awaiting_approval");
  studio.strike("snare");
  await until(async () => (await firings(bus, "flash")).length === 2);
  assert.deepEqual(studio.colors(), []);
  const run = await ask(bus, "run", { runId: waits.runId });
  assert.equal(run.status, "awaiting_approval");
  assert.equal(run.trigger, "flash");
  const planId = run.plan.id;
  const { digest } = await ask(bus, "approval", { planId, by });
  await ask(bus, "approve_plan", { planId, digest, by });
  await until(() => studio.colors().length === 1);
  assert.deepEqual(studio.colors(), ["snare"]);
  // the same again is what was approved
  await until(async () => (await ask(bus, "plan", { id: planId })).status === "succeeded");
  studio.strike("snare");
  await until(() => studio.colors().length === 2);
});

Deno.test("a trigger does no more than the key of its owner allowed", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  await using _conductor = await studio.conductor();
  await put(bus, {
    ...flashAtDrum,
    then: { app: "lamp", command: "burn", args: { color: "red" } },
    owner: { key: "k123", name: "Ada", effects: ["read", "write"] },
  });
  studio.strike("kick");
  const { problem } = await fired(bus, "flash", ({ outcome }) => outcome === "failed");
  assert.equal(problem?.code, "PLAN_INVALID");
  assert.deepEqual(studio.lamp.executions, []);
});

Deno.test("a kept plan runs at an event", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  await using _conductor = await studio.conductor();
  const step = { app: "lamp", command: "flash", dependsOn: [], onError: "stop" as const };
  const plan: Plan = {
    id: newId(),
    steps: [
      { ...step, id: "s1", args: { color: "red" } },
      { ...step, id: "s2", args: { color: "blue" }, dependsOn: ["s1"] },
    ],
    provenance: { provider: "hand", createdAt: 0 },
  };
  await callService(bus, "conductor", "save_plan", { plan }, {
    result: SERVICES.conductor.save_plan.result,
    source: "test",
  });
  await put(bus, { ...flashAtDrum, then: { plan: plan.id } });
  studio.strike("kick");
  const { runId } = await fired(bus, "flash", ({ outcome }) => outcome === "started");
  await until(async () => (await ask(bus, "run", { runId })).status === "succeeded");
  assert.deepEqual(studio.colors(), ["red", "blue"]);
  assert.equal((await ask(bus, "plan", { id: plan.id })).runId, runId);
});

Deno.test("a plan that somebody changed does not run with the rights of the trigger's owner until the trigger is put again", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  await using _conductor = await studio.conductor();
  const flash = (color: string): Plan["steps"][number] => ({
    id: "s1",
    app: "lamp",
    command: "flash",
    args: { color },
    dependsOn: [],
    onError: "stop",
  });
  const plan: Plan = { id: newId(), steps: [flash("red")], provenance: { provider: "hand", createdAt: 0 } };
  await ask(bus, "save_plan", { plan });
  const trigger = { ...flashAtDrum, then: { plan: plan.id } };
  await put(bus, trigger);
  const changed = { ...plan, steps: [flash("blue")] };
  await ask(bus, "save_plan", { plan: changed });
  studio.strike("kick");
  const failed = await fired(bus, "flash", ({ outcome }) => outcome === "failed");
  assert.equal(failed.problem?.code, "CONFLICT");
  assert.match(failed.reason, /it has changed since it was looked at/);
  await put(bus, trigger);
  studio.strike("snare");
  await until(() => studio.colors().length > 0);
  assert.deepEqual(studio.colors(), ["blue"]);
});
