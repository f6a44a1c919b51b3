/** The studio server as an administrator runs it: the compose file, a bridge from outside, and parts that die. */
import assert from "node:assert/strict";
import { startBlenderBridge } from "@patchbay/bridge-blender";
import { connectBus } from "@patchbay/bus";
// @ts-types="./testcontainers.d.ts"
import { DockerComposeEnvironment, Wait } from "testcontainers";
import { compose, extraCertificates, hasDocker } from "../docker.ts";

const directory = new URL("../..", import.meta.url).pathname;
const docker = await hasDocker();

/** A studio server of this test's own, with ports of its own. */
async function startStudioServer() {
  await using stack = new AsyncDisposableStack();
  const name = `patchbay-test-${crypto.randomUUID().slice(0, 8)}`;
  const ports = { gateway: freePort(), nats: freePort() };
  const environment = {
    PATCHBAY_GATEWAY_PORT: String(ports.gateway),
    PATCHBAY_NATS_PORT: String(ports.nats),
    PATCHBAY_BUILD_CA: Deno.env.get("PATCHBAY_BUILD_CA") ?? await extraCertificates(),
  };
  const project = { name, directory, environment };
  // the reaper is one more image to fetch; this test takes its own project down
  Deno.env.set("TESTCONTAINERS_RYUK_DISABLED", "true");
  stack.defer(async () => void await compose(project, "down", "--volumes", "--timeout", "5"));
  await new DockerComposeEnvironment(directory, "docker-compose.yml")
    .withProjectName(name)
    .withEnvironment(environment)
    .withBuild()
    .withWaitStrategy("setup-1", Wait.forOneShotStartup())
    .withWaitStrategy("nats-1", Wait.forHealthCheck())
    .withWaitStrategy("gateway-1", Wait.forHealthCheck())
    .withStartupTimeout(180_000)
    .up();
  const url = `http://127.0.0.1:${ports.gateway}`;
  const key = (await compose(project, "run", "--rm", "setup", "key")).trim();
  const owned = stack.move();
  return {
    url,
    natsUrl: `nats://127.0.0.1:${ports.nats}`,
    compose: (...args: string[]) => compose(project, ...args),
    /** `GET` or `POST` with the key; answers with status and body. */
    async ask(path: string, body?: unknown) {
      const response = await fetch(`${url}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    },
    async ready() {
      await until("the studio is ready", async () => (await fetch(`${url}/readyz`)).ok);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Asks again and again until it is so. */
async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!await condition().catch(() => false)) {
    if (Date.now() > end) throw new Error(`Not within a minute: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

Deno.test({
  name: "the studio server serves a bridge from outside, and goes on when its parts die",
  ignore: !docker, // the machine has no Docker engine with the Compose plugin
  // the Docker client keeps its connections to the engine open
  sanitizeResources: false,
  sanitizeOps: false,
}, async (t) => {
  await using studio = await startStudioServer();
  await studio.ready();
  const folder = await Deno.makeTempDir();
  const credentialsFile = `${folder}/ws-07.json`;
  await Deno.writeTextFile(
    credentialsFile,
    await studio.compose("run", "--rm", "setup", "bridge", "blender", "ws-07", studio.natsUrl),
    { mode: 0o600 },
  );

  await t.step("a bridge without credentials of this studio is refused", async () => {
    await assert.rejects(
      connectBus({ servers: studio.natsUrl, name: "a stranger", waitOnFirstConnect: false }),
      { code: "UNAUTHENTICATED" },
    );
  });

  await studio.compose("kill", "--signal", "HUP", "nats");
  let answered = 0;
  await using bus = await until("the new bridge is let in", async () => {
    const probe = await connectBus({ servers: [], name: "probe", credentialsFile, waitOnFirstConnect: false });
    await probe[Symbol.asyncDispose]();
    return true;
  }).then(() => connectBus({ servers: [], name: "blender.ws-07", credentialsFile }));
  await using bridge = await startBlenderBridge({
    bus,
    bridge: "ws-07",
    mode: "simulator",
    allowCode: false,
    workDir: `${folder}/work`,
    linksDir: `${folder}/links`,
  });
  await bridge.ready();

  /** One command over HTTP that changes the scene, and one that sees the change. */
  const works = async () => {
    const name = `Cube${++answered}`;
    const address = { bridge: "blender.ws-07" };
    const made = await studio.ask("/v1/commands", {
      ...address,
      command: "create_object",
      args: { type: "cube", name },
    });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const seen = await studio.ask("/v1/commands", { ...address, command: "get_object", args: { object: name } });
    assert.equal(seen.status, 200, JSON.stringify(seen.body));
    assert.equal(seen.body.value.name, name);
  };

  await t.step("a command over HTTP reaches the bridge on the host", works);

  /** One instruction to its end; what it changes is asked for, as a studio server does. */
  const runs = async (instruction: string) => {
    const { status, body } = await studio.ask("/v1/instructions", { instruction, mode: "run" });
    assert.equal(status, 202, JSON.stringify(body));
    const { runId, plan, digest } = body;
    assert.equal(body.status, "awaiting_approval");
    assert.equal((await studio.ask(`/v1/runs/${runId}`)).body.status, "awaiting_approval");
    const approved = await studio.ask(`/v1/plans/${plan.id}/approve`, { digest });
    assert.equal(approved.body.runId, runId, JSON.stringify(approved.body));
    await until("the run succeeds", async () => (await studio.ask(`/v1/runs/${runId}`)).body.status === "succeeded");
  };

  await t.step("an instruction is planned, approved and run", () => runs("add a cube named Hero"));

  await t.step("an instruction is rehearsed on a simulator that holds the scene, which stays as it is", async () => {
    const scene = { bridge: "blender.ws-07", command: "get_scene", args: {} };
    const before = (await studio.ask("/v1/commands", scene)).body.value;
    const { status, body } = await studio.ask("/v1/instructions", { instruction: "delete Hero", mode: "rehearse" });
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(body.status, "rehearsed");
    const [step] = body.rehearsal.steps;
    assert.deepEqual([step.status, step.risk], ["succeeded", "high"], JSON.stringify(step));
    assert.ok(step.changes.some(({ object }: { object: string }) => object === "object 'Hero'"));
    assert.deepEqual((await studio.ask("/v1/commands", scene)).body.value, before);
  });

  for (const service of ["conductor", "context-store", "gateway", "rehearsal"]) {
    await t.step(`${service} is killed, comes back, and commands run again`, async () => {
      await studio.compose("kill", "--signal", "KILL", service);
      await studio.compose("start", service);
      await studio.ready();
      await works();
    });
  }

  await t.step("NATS is killed, comes back, and commands run again unaided", async () => {
    await studio.compose("kill", "--signal", "KILL", "nats");
    assert.equal((await fetch(`${studio.url}/readyz`)).status, 503);
    await studio.compose("start", "nats");
    await studio.ready();
    await until("the bridge is back", async () => (await studio.ask("/v1/bridges")).body.bridges.length === 1);
    await works();
    await runs("add a sphere named Again");
  });

  await t.step("nobody asked for more than the permission table gives", async () => {
    const log = await studio.compose("logs", "--no-color", "nats");
    assert.doesNotMatch(log, /(Publish|Subscription) Violation/);
  });
  await Deno.remove(folder, { recursive: true });
});
