/** What can go wrong around a whole studio, and that it answers clearly and comes back by itself. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Client } from "@patchbay/client";
import { type Id, PatchbayError } from "@patchbay/contracts";
import { hasProgram } from "@patchbay/testing";
import { runPatchbay } from "../patchbay_command.ts";
import { startTestStudio } from "../studio.ts";

const within = (seconds: number) => AbortSignal.timeout(seconds * 1000);
const hasBlender = await hasProgram("blender");

/** Asks again until it succeeds: the studio is said to come back by itself. @throws what it was refused with when the signal fired */
async function eventually<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  while (true) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !(error instanceof PatchbayError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const addCube = (client: Client, name: string, timeoutMs = 10_000) =>
  client.command("blender.any", "create_object", { type: "cube", name }, { timeoutMs });

Deno.test("a taken port is said, and another one is used", async () => {
  const squatter = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    const { port } = squatter.addr as Deno.NetAddr;
    await using studio = await startTestStudio({ port, signal: within(30) });
    assert.notEqual(new URL(studio.url).port, String(port));
    assert.ok(studio.said.some((line) => line.includes(`Port ${port} is taken`)), studio.said.join("\n"));
    await studio.client.ready();
  } finally {
    squatter.close();
  }
});

Deno.test("a key file that somebody has changed is refused with its place and what to do", async () => {
  const home = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(home, "key"), "not a key\n");
    await assert.rejects(startTestStudio({ home, signal: within(30) }), (error) => {
      assert.ok(error instanceof PatchbayError && error.code === "INVALID_CONFIGURATION", String(error));
      assert.ok(error.message.includes(join(home, "key")) && !error.message.includes("not a key"), error.message);
      return true;
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("without any nats-server the error names all that was tried and what to do", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const env = {
      PATH: folder,
      PATCHBAY_CACHE: folder,
      HOME: folder,
      PATCHBAY_NATS_SERVER: join(folder, "nats-server"),
    };
    const args = ["studio", "--home", join(folder, "home"), "--port", "0", "--simulate"];
    const { code, text } = await runPatchbay(args, { env, signal: within(60) });
    assert.equal(code, 1);
    assert.match(text, /NATS_SERVER_MISSING/);
    assert.match(text, /What to do: Put nats-server 2\.11/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("without Blender the first line says that the simulator stands in, and a Blender that was named must be there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const missing = join(folder, "blender");
    const args = ["studio", "--home", join(folder, "home"), "--port", "0", "--blender", missing];
    const named = await runPatchbay(args, { signal: within(60) });
    assert.equal(named.code, 1);
    assert.match(named.text, /APP_NOT_FOUND/);
    assert.ok(named.text.includes(missing));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a command to a bridge that is not there fails at once", async () => {
  await using studio = await startTestStudio({ signal: within(30) });
  await studio.bridgesReady(within(20));
  const began = performance.now();
  await assert.rejects(studio.client.command("blender.nobody", "get_scene", {}, { timeoutMs: 20_000 }), {
    code: "BRIDGE_OFFLINE",
  });
  assert.ok(performance.now() - began < 10_000, "it waited for the deadline");
});

Deno.test("the nats-server is killed while a command runs: the caller is told in time, and the studio comes back", async () => {
  await using studio = await startTestStudio({ signal: within(60) });
  await studio.bridgesReady(within(20));
  const pid = Number(await Deno.readTextFile(join(studio.home, "nats", "nats-server.pid")));
  // frame by frame, as one large picture would keep this process busy, which is the studio's as well
  const frames = { width: 64, height: 36, start: 1, end: 200 };
  const running = studio.client.command("blender.any", "render_animation", frames, { timeoutMs: 5_000 })
    .catch((error: unknown) => error);
  await eventually(() => hasDrawn(studio.home), within(20));
  Deno.kill(pid, "SIGKILL");
  const outcome = await running;
  if (outcome instanceof Error) {
    assert.ok(outcome instanceof PatchbayError, String(outcome));
    const expected = ["DEADLINE_EXCEEDED", "BUS_UNAVAILABLE", "COMMAND_FAILED", "BRIDGE_OFFLINE", "OUTCOME_UNKNOWN"];
    assert.ok(expected.includes(outcome.code), outcome.code);
  }
  const { value } = await eventually(() => addCube(studio.client, "Back"), within(40));
  assert.equal((value as { name: string }).name, "Back");
  await eventually(() => studio.client.ready(), within(20));
  const { plan } = await eventually(() => studio.client.instructions.plan("add a cube"), within(20));
  assert.equal(plan.steps.length, 1);
});

Deno.test({
  name: "Blender is killed while it renders: the caller gets APP_CRASHED, and a new Blender takes commands",
  ignore: !hasBlender,
  fn: async () => {
    await using studio = await startTestStudio({ mode: "background", signal: within(90) });
    await studio.bridgesReady(within(60));
    const { runId } = await studio.client.instructions.run(
      "add a cube, point a camera at it and render it at 3840 by 2160 with 512 samples",
    );
    const blenderPid = await eventually(() => blenderOf(studio.home), within(10));
    for await (const event of studio.client.runs.follow(runId, { signal: within(60) })) {
      if (event.type !== "STEP_STARTED" || event.stepId !== "s3") continue;
      // before that it would be sent again
      await eventually(() => hasBegun(studio.home, event.commandId), within(20));
      Deno.kill(blenderPid, "SIGKILL");
    }
    const run = await studio.client.runs.get(runId);
    assert.equal(run.status, "failed");
    assert.equal(run.steps["s3"]?.problem?.code, "APP_CRASHED");
    const { value } = await eventually(() => addCube(studio.client, "Again"), within(40));
    assert.equal((value as { name: string }).name, "Again");
  },
});

/** Whether Blender's bridge has got a picture from Blender. */
async function hasDrawn(home: string): Promise<void> {
  for await (const { name } of Deno.readDir(join(home, "bridges"))) {
    const pictures = await Array.fromAsync(Deno.readDir(join(home, "bridges", name, "outgoing"))).catch(() => []);
    if (pictures.length > 0) return;
  }
  throw new PatchbayError("NOT_FOUND", "There is no picture");
}

/** Whether Blender's bridge has handed a command to Blender. */
async function hasBegun(home: string, commandId: Id): Promise<void> {
  for await (const { name } of Deno.readDir(join(home, "bridges"))) {
    const journal = await Deno.readTextFile(join(home, "bridges", name, "executing.jsonl")).catch(() => "");
    if (journal.includes(commandId)) return;
  }
  throw new PatchbayError("NOT_FOUND", `Command '${commandId}' has not begun`);
}

/** The process of the background Blender that this studio's bridge started. */
async function blenderOf(home: string): Promise<number> {
  for await (const { name } of Deno.readDir("/proc")) {
    const command = /^\d+$/.test(name) ? await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "") : "";
    if (command.includes("background.py") && command.includes(home)) return Number(name);
  }
  throw new PatchbayError("APP_NOT_CONNECTED", "There is no Blender of this studio");
}
