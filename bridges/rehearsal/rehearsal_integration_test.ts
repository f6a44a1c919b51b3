import assert from "node:assert/strict";
import {
  type Bus,
  callService,
  connectBus,
  migrate,
  putAsset,
  request,
  sendCancel,
  serviceEndpoint,
  startService,
} from "@patchbay/bus";
import { createBusUser, type Identity, nameOf, natsUser } from "@patchbay/bus/permissions";
import {
  envelope,
  manifestDocument,
  newId,
  PatchbayError,
  type Plan,
  planDigest,
  type Presence,
  type Rehearsal,
  SERVICES,
  subjects,
} from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import type { RehearsalLimits } from "./limits.ts";
import { startRehearsal } from "./rehearsal.ts";
import { painter, type PainterState, radio } from "./testing/painter.ts";
import { planOf } from "./testing/steps.ts";

const REVISION = 41;
const STATE: PainterState = { layers: { Sky: { color: "blue", strokes: 2 } }, active: "Sky" };
const worker = () => new Worker(new URL("./testing/worker.ts", import.meta.url).href, { type: "module" });

const presence = (bridge: string, more: Partial<Presence> = {}): Presence => ({
  app: "painter",
  bridge,
  instance: newId(),
  status: "idle",
  reason: "",
  title: "Painter",
  host: "here",
  pid: 1,
  startedAt: 0,
  bridgeVersion: "1",
  simulated: false,
  allowCode: true,
  queued: 0,
  ...more,
});

/** Answers for the services that a rehearsal asks. */
async function startDoubles(bus: Bus, states: Record<string, unknown>) {
  const { app, bridges, state } = SERVICES["context-store"];
  const missing = (what: string) => new PatchbayError("NOT_FOUND", `There is no ${what}`);
  const context = await startService(bus, {
    name: "context-store",
    version: "1.0.0",
    description: "a double",
    source: "context-store",
    endpoints: [
      serviceEndpoint("context-store", "app", {
        payload: app.request,
        handler({ payload }) {
          const found = [painter, radio].find((one) => one.app === payload.app);
          if (found === undefined) throw missing(payload.app);
          return manifestDocument(found);
        },
      }),
      serviceEndpoint("context-store", "bridges", {
        payload: bridges.request,
        handler: () => ({
          bridges: [presence("busy", { queued: 9 }), presence("away", { status: "disconnected" }), presence("ws-07")],
        }),
      }),
      serviceEndpoint("context-store", "state", {
        payload: state.request,
        handler({ payload }) {
          const found = states[`${payload.app}.${payload.bridge}`];
          if (found === undefined) throw missing("state");
          return { ...payload, revision: REVISION, instance: newId(), state: found, updatedAt: 0 };
        },
      }),
    ],
  });
  return context;
}

async function startStudio(limits: Partial<RehearsalLimits> = {}) {
  await using stack = new AsyncDisposableStack();
  const identities: Identity[] = [{ kind: "service", service: "rehearsal" }, { kind: "operator" }];
  const users = identities.map((identity) => ({ name: nameOf(identity), ...createBusUser(identity) }));
  const nats = stack.use(await startTestNats({ users: users.map(({ user }) => natsUser(user)) }));
  const connect = async (name: string) => {
    const { seed, inboxPrefix } = users.find((user) => user.name === name)!.credentials;
    return stack.use(await connectBus({ servers: nats.url, name, seed, inboxPrefix }));
  };
  const operator = await connect("operator");
  await migrate(operator, { storage: "memory" });
  stack.use(await startDoubles(operator, { "painter.ws-07": STATE }));
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.mkdir(`${folder}/left/by/a/dead/process`, { recursive: true });
  const bus = await connect("rehearsal");
  stack.use(await startRehearsal({ bus, worker, folder, limits }));
  const all = stack.move();
  return {
    bus,
    operator,
    /** What lies in the folder of rehearsals. */
    left: async () => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name),
    async rehearse(plan: Plan, options: { timeoutMs?: number; correlationId?: string } = {}): Promise<Rehearsal> {
      const digest = await planDigest(plan);
      return await callService(operator, "rehearsal", "rehearse", { plan, digest }, {
        result: SERVICES.rehearsal.rehearse.result,
        source: "a test",
        timeoutMs: 30_000,
        ...options,
      });
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

const statuses = ({ steps }: Rehearsal) => steps.map(({ status }) => status).join(" ");

Deno.test("a plan is rehearsed on what the bridge that a run would choose looks like; nothing stays behind", async () => {
  await using studio = await startStudio();
  assert.deepEqual(await studio.left(), []);
  const asset = await putAsset(studio.operator, { name: "in.bin", mediaType: "a/b" }, new Uint8Array(300_000));
  const plan = planOf(
    { command: "paint", args: { layer: "Sky", color: "red" } },
    { command: "size_of", args: { file: asset } },
    { command: "save" },
    { command: "tune", app: "radio", args: { name: "Jazz" } },
    { command: "add_layer", args: { name: "Sea" }, bridge: "away" },
  );
  const rehearsal = await studio.rehearse(plan);
  assert.equal(statuses(rehearsal), "succeeded succeeded succeeded unrehearsed succeeded");
  assert.equal(rehearsal.ok, true);
  assert.equal(rehearsal.digest, await planDigest(plan));
  assert.deepEqual(rehearsal.steps[0]!.changes[0]?.before, { color: "blue", strokes: 2 });
  assert.deepEqual(rehearsal.steps[1]!.value, { size: 300_000 });
  assert.ok(rehearsal.expectedMs >= 5_000);
  const [first, second, third] = rehearsal.stages;
  assert.deepEqual([first!.bridge, first!.revision, first!.notes], ["ws-07", REVISION, [
    "What was undone is not known.",
  ]]);
  assert.match(second!.notes.join(), /No bridge of 'radio'.*no simulator of 'radio'/s);
  assert.match(third!.notes.join(), /'painter.away' has not shown/);
  assert.deepEqual(await studio.left(), []);
  // the new file is nobody's but the rehearsal's
  const made = z.object({ file: z.object({ id: z.string() }) }).parse(rehearsal.steps[2]!.value);
  assert.notEqual(made.file.id, asset.id);
});

Deno.test("the service's user cannot send a command to any bridge, nor store a file", async () => {
  await using studio = await startStudio();
  const message = envelope({ type: "command", payload: {}, source: "rehearsal" });
  const options = { payload: z.unknown(), absent: "BRIDGE_OFFLINE", timeoutMs: 5_000 } as const;
  for (const subject of [subjects.command("painter", "ws-07", "paint"), subjects.job("painter", "any", "high")]) {
    await assert.rejects(request(studio.bus, subject, message, options), { code: "FORBIDDEN" });
  }
  await assert.rejects(putAsset(studio.bus, { name: "a", mediaType: "a/b" }, new Uint8Array(1)), { code: "FORBIDDEN" });
});

Deno.test("a plan that keeps its thread busy is ended, and tells how far it came; the studio answers meanwhile", async () => {
  await using studio = await startStudio({ timeMs: 6_000 });
  const plan = planOf({ command: "list_layers" }, { command: "spin" }, { command: "list_layers" });
  const spinning = studio.rehearse(plan);
  const quick = await studio.rehearse(planOf({ command: "list_layers" }));
  assert.equal(quick.ok, true);
  const rehearsal = await spinning;
  assert.equal(statuses(rehearsal), "succeeded failed skipped");
  assert.equal(rehearsal.steps[1]!.problem?.code, "DEADLINE_EXCEEDED");
  assert.equal(rehearsal.ok, false);
  assert.deepEqual(await studio.left(), []);
});

Deno.test({
  name: "what a simulator has started ends with a thread that is taken away",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using studio = await startStudio({ timeMs: 4_000 });
    const file = await Deno.makeTempFile();
    const rehearsal = await studio.rehearse(planOf({ command: "spawn", args: { file } }));
    assert.equal(rehearsal.steps[0]!.problem?.code, "DEADLINE_EXCEEDED");
    const pid = Number(await Deno.readTextFile(file));
    assert.ok(pid > 0);
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    await Deno.remove(file);
  },
});

/** Nobody waits for what a thread that is gone has started: it may stay as a zombie. */
function isAlive(pid: number): boolean {
  const { stdout } = new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] }).outputSync();
  return /^[^Z\s]/.test(new TextDecoder().decode(stdout));
}

Deno.test("a plan that takes more memory than it may is ended, and the studio goes on", async () => {
  await using studio = await startStudio({ memoryBytes: 250 * 1024 * 1024 });
  const rehearsal = await studio.rehearse(planOf(...Array.from({ length: 40 }, () => ({ command: "hoard" }))));
  assert.match(statuses(rehearsal), /^succeeded (succeeded )*skipped/);
  assert.match(rehearsal.steps.at(-1)!.reason!, /memory/);
  assert.equal((await studio.rehearse(planOf({ command: "list_layers" }))).ok, true);
});

Deno.test("a simulator that throws where nobody catches it takes its rehearsal with it, and nothing else", async () => {
  await using studio = await startStudio();
  const rehearsal = await studio.rehearse(planOf({ command: "crash" }, { command: "list_layers" }));
  assert.equal(statuses(rehearsal), "failed skipped");
  assert.equal(rehearsal.steps[0]!.problem?.code, "INTERNAL");
  assert.equal((await studio.rehearse(planOf({ command: "list_layers" }))).ok, true);
  assert.deepEqual(await studio.left(), []);
});

Deno.test("whoever waits no longer ends the rehearsal, and the end of the service all of them", async () => {
  let left: () => Promise<string[]>;
  {
    await using studio = await startStudio();
    ({ left } = studio);
    await assert.rejects(studio.rehearse(planOf({ command: "spin" }), { timeoutMs: 500 }), {
      code: "DEADLINE_EXCEEDED",
    });
    while ((await left()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    void studio.rehearse(planOf({ command: "hang" })).catch(() => {});
    while ((await left()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await assert.rejects(left(), Deno.errors.NotFound);
});

Deno.test("a rehearsal is cancelled by its plan's id", async () => {
  await using studio = await startStudio();
  const plan = planOf({ command: "hang", timeoutMs: 10_000 });
  const refused = assert.rejects(studio.rehearse(plan), { code: "CANCELLED" });
  while ((await studio.left()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  sendCancel(studio.operator, { commandId: plan.id, reason: "enough", source: "a test", correlationId: newId() });
  await refused;
  assert.deepEqual(await studio.left(), []);
});

Deno.test("another plan than the digest says is refused", async () => {
  await using studio = await startStudio();
  const plan = planOf({ command: "list_layers" });
  const other = planOf({ command: "spin" });
  const options = { result: SERVICES.rehearsal.rehearse.result, source: "a test" };
  const asked = { plan, digest: await planDigest(other) };
  await assert.rejects(callService(studio.operator, "rehearsal", "rehearse", asked, options), { code: "CONFLICT" });
});

Deno.test("two hundred steps are rehearsed, and what one message cannot hold of them is left out and counted", async () => {
  await using studio = await startStudio();
  const steps = Array.from({ length: 200 }, (_, i) => ({
    command: "add_layer",
    args: { name: `layer ${i}`, color: "c".repeat(2_500) },
  }));
  const rehearsal = await studio.rehearse(planOf(...steps));
  assert.equal(rehearsal.ok, true);
  assert.equal(rehearsal.steps.length + (rehearsal.moreSteps ?? 0), 200);
  assert.ok(JSON.stringify(rehearsal).length < 1024 * 1024);
});
