import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { provisionNatsServer } from "./provision.ts";
import { type NatsServer, startNatsServer, type StartNatsServerOptions } from "./start.ts";

const provisioned = provisionNatsServer();
const start = async (options: Partial<StartNatsServerOptions> = {}) =>
  await startNatsServer({ binary: (await provisioned).path, ...options });

/** Whether somebody listens on the server's port. */
async function listens({ port }: { port: number }): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function code(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(() => undefined, (error) => error);
  assert.ok(error instanceof PatchbayError, `no PatchbayError: ${error}`);
  return error.code;
}

/** A line of the protocol to the server, and its answer. */
async function say(server: NatsServer, connect: Record<string, unknown>): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(
    new TextEncoder().encode(`CONNECT ${JSON.stringify({ verbose: false, ...connect })}\r\nPING\r\n`),
  );
  let text = "";
  const buffer = new Uint8Array(4096);
  while (!/PONG|-ERR/.test(text)) {
    const count = await connection.read(buffer);
    if (count === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return text;
}

Deno.test("the nats-server of this machine is found and new enough", async () => {
  const { version } = await provisioned;
  assert.match(version, /^2\.(1[1-9]|[2-9]\d)\./);
});

Deno.test("a server is ready when the start returns, and gone with its files when it is disposed", async () => {
  const server = await start();
  assert.ok(await listens(server));
  await server[Symbol.asyncDispose]();
  assert.ok(!await listens(server));
  await assert.rejects(Deno.stat(server.storeDir), Deno.errors.NotFound);
});

Deno.test("nobody gets in without the generated credentials", async () => {
  await using server = await start();
  assert.match(await say(server, {}), /-ERR 'Authorization Violation'/);
  assert.match(await say(server, { user: "patchbay", pass: "wrong" }), /-ERR/);
  assert.match(await say(server, { user: server.credentials?.user, pass: server.credentials?.password }), /PONG/);
});

Deno.test(
  { name: "the configuration with the password is for its owner only", ignore: Deno.build.os === "windows" },
  async () => {
    await using server = await start();
    const { mode } = await Deno.stat(`${server.storeDir}/nats-server.conf`);
    assert.equal((mode ?? 0) & 0o777, 0o600);
  },
);

Deno.test("a second server on the same data is refused, until the first has gone", async () => {
  const storeDir = await Deno.makeTempDir();
  await using first = await start({ storeDir });
  assert.equal(await code(start({ storeDir })), "ALREADY_RUNNING");
  assert.ok(await listens(first));
  await first[Symbol.asyncDispose]();
  await using _second = await start({ storeDir });
  await _second[Symbol.asyncDispose]();
  await Deno.remove(storeDir, { recursive: true });
});

Deno.test("a taken port is said with its number", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  assert.equal(await code(start({ port: taken.addr.port })), "PORT_IN_USE");
});

Deno.test("a wrong configuration is said in the server's words", async () => {
  assert.equal(await code(start({ config: "no such thing {{{" })), "INVALID_CONFIGURATION");
});

Deno.test("a program that is not there is said", async () => {
  assert.equal(await code(start({ binary: "/nowhere/nats-server" })), "NATS_SERVER_MISSING");
});

Deno.test("a killed server comes back on the same port and store", async () => {
  await using server = await start();
  const before = server.pid;
  server.kill("SIGKILL");
  assert.equal((await server.exited).signal, "SIGKILL");
  assert.ok(!await listens(server));
  await server.restart();
  assert.ok(await listens(server));
  assert.notEqual(server.pid, before);
});

Deno.test("a server that is kept running comes back by itself, again and again", async () => {
  await using server = await start({ keepRunning: true });
  for (let i = 0; i < 2; i++) {
    const before = server.pid;
    server.kill("SIGKILL");
    await until(async () => server.pid !== before && await listens(server));
  }
});

Deno.test({ name: "a stopped server is ended all the same", ignore: Deno.build.os === "windows" }, async () => {
  const server = await start();
  server.kill("SIGSTOP");
  await server[Symbol.asyncDispose]();
  assert.ok(!await listens(server));
});

Deno.test("an abort while it starts leaves nothing running", async () => {
  const controller = new AbortController();
  const storeDir = await Deno.makeTempDir();
  const attempt = start({ storeDir, signal: controller.signal, onLog: () => controller.abort(new Error("stop")) });
  await attempt.then((server) => server[Symbol.asyncDispose](), (error) => assert.match(String(error), /stop/));
  await using _again = await start({ storeDir });
  await _again[Symbol.asyncDispose]();
  await Deno.remove(storeDir, { recursive: true });
});

/** Starts a server in another process, and answers with both pids and the port. */
async function startElsewhere(storeDir: string) {
  const text = `import { startNatsServer } from ${JSON.stringify(import.meta.resolve("./start.ts"))};
    const server = await startNatsServer(${JSON.stringify({ binary: (await provisioned).path, storeDir })});
    console.log(JSON.stringify({ port: server.port, pid: server.pid }));
    await server.exited;`;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, text);
  const config = new URL(import.meta.resolve("../../../deno.json")).pathname;
  const owner = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", "--no-lock", "--config", config, path],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  let said = "";
  const reader = owner.stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (!said.includes("\n")) {
    const { value, done } = await reader.read();
    assert.ok(!done, `it ended early: ${said}`);
    said += value;
  }
  await Deno.remove(path);
  const server: { port: number; pid: number } = JSON.parse(said);
  const release = async () => {
    await owner.status;
    while (!(await reader.read()).done);
  };
  return { owner, server, release };
}

const unixOnly = Deno.build.os === "windows";

Deno.test(
  { name: "the server ends when its owner is killed outright, and the store is free", ignore: unixOnly },
  async () => {
    const storeDir = await Deno.makeTempDir();
    const { owner, server, release } = await startElsewhere(storeDir);
    assert.ok(await listens(server));
    owner.kill("SIGKILL");
    await release();
    await until(async () => !await listens(server));
    await using again = await start({ storeDir });
    await again[Symbol.asyncDispose]();
    await Deno.remove(storeDir, { recursive: true });
  },
);

Deno.test(
  { name: "a server that lost its owner and its watchdog is ended by the next start", ignore: unixOnly },
  async () => {
    const storeDir = await Deno.makeTempDir();
    const { owner, server, release } = await startElsewhere(storeDir);
    // a stopped server hears no SIGTERM from its watchdog, as one that hangs would not
    Deno.kill(server.pid, "SIGSTOP");
    owner.kill("SIGKILL");
    await release();
    await using again = await start({ storeDir });
    assert.notEqual(again.pid, server.pid);
    assert.ok(!await listens(server));
    await again[Symbol.asyncDispose]();
    await Deno.remove(storeDir, { recursive: true });
  },
);

Deno.test({
  name: "the server gets none of the keys that this process has in its environment",
  ignore: Deno.build.os !== "linux",
  async fn() {
    Deno.env.set("PATCHBAY_TEST_SECRET", "sk-not-for-children");
    try {
      await using server = await start();
      const environment = await Deno.readTextFile(`/proc/${server.pid}/environ`);
      assert.ok(environment.includes("PATH="), environment);
      assert.ok(!environment.includes("not-for-children"), environment);
    } finally {
      Deno.env.delete("PATCHBAY_TEST_SECRET");
    }
  },
});
