import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { startChild } from "./child.ts";
import { superviseChild } from "./supervise.ts";

const cwd = Deno.cwd();
const sh = (script: string) => ({ command: "/bin/sh", args: ["-c", script], cwd });

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

Deno.test("what a child prints comes line by line, and its last lines stay for the error", async () => {
  const lines: string[] = [];
  await using child = startChild({
    ...sh("echo one; echo two >&2; printf 'no end'; exit 3"),
    onLine: (line, from) => lines.push(`${from}: ${line}`),
  });
  const exit = await child.exited;
  assert.equal(exit.code, 3);
  assert.deepEqual(lines.sort(), ["stderr: two", "stdout: no end", "stdout: one"]);
  assert.equal(exit.lastLines.length, 3);
});

Deno.test("a child sees no secrets of its parent", async () => {
  Deno.env.set("PATCHBAY_TEST_SECRET", "secret");
  try {
    await using child = startChild({ ...sh("env"), env: { ADDED: "yes" } });
    const { lastLines } = await child.exited;
    assert.ok(lastLines.includes("ADDED=yes"));
    assert.ok(!lastLines.some((line) => line.includes("secret")));
  } finally {
    Deno.env.delete("PATCHBAY_TEST_SECRET");
  }
});

Deno.test("a program that is not there is APP_NOT_FOUND", () => {
  assert.throws(
    () => startChild({ command: "patchbay-no-such-program", cwd }),
    (error) => error instanceof PatchbayError && error.code === "APP_NOT_FOUND",
  );
});

Deno.test("stopping ends a child that does not want to, and what it has started", async () => {
  let grandchild = 0;
  await using child = startChild({
    ...sh("trap '' TERM; sleep 1000 & echo $!; wait; wait"),
    graceMs: 50,
    onLine: (line) => grandchild = Number(line),
  });
  await until(() => grandchild !== 0);
  assert.ok(isAlive(child.pid));
  await child.stop();
  assert.equal((await child.exited).signal, "SIGKILL");
  await until(() => !isAlive(grandchild));
});

Deno.test("a line without an end does not fill the memory", async () => {
  let longest = 0;
  await using child = startChild({
    ...sh("head -c 1000000 /dev/zero | tr '\\0' x"),
    onLine: (line) => longest = Math.max(longest, line.length),
  });
  await child.exited;
  assert.ok(longest > 0 && longest <= 4000);
});

Deno.test("a supervised child is started again with backoff, and given up at the limit", async () => {
  const pids: number[] = [];
  await using child = superviseChild({
    ...sh("echo broken; exit 1"),
    backoff: { minMs: 1, maxMs: 5 },
    limit: 3,
    onStart: ({ pid }) => pids.push(pid),
  });
  const reason = await child.ended;
  assert.equal(reason?.code, "APP_START_FAILED");
  assert.match(reason?.message ?? "", /4 times in a row, with status 1; it printed: broken/);
  assert.equal(pids.length, 4);
  assert.equal(child.restarts, 3);
});

Deno.test("stopping the supervision ends the child for good", async () => {
  const child = superviseChild({ ...sh("sleep 1000"), backoff: { minMs: 1, maxMs: 5 } });
  await using _stack = child;
  const { pid } = child;
  await child.stop();
  assert.equal(await child.ended, undefined);
  assert.ok(pid !== undefined && !isAlive(pid));
});

Deno.test("a child ends when its parent is killed outright", async () => {
  const script = `
    import { startChild } from ${JSON.stringify(import.meta.resolve("./child.ts"))};
    const child = startChild({ command: "/bin/sleep", args: ["1000"], cwd: "/" });
    console.log(child.pid);
    await child.exited;
  `;
  const file = await Deno.makeTempFile({ dir: import.meta.dirname!, suffix: "_parent.ts" });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(file));
  await Deno.writeTextFile(file, script);
  let pid = 0;
  const parent = startChild({
    command: Deno.execPath(),
    args: ["run", "-A", "--no-check", file],
    cwd,
    env: { DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno` },
    onLine: (line) => pid = Number(line),
  });
  stack.use(parent);
  await until(() => pid !== 0);
  assert.ok(isAlive(pid));
  Deno.kill(parent.pid, "SIGKILL");
  await parent.exited;
  await until(() => !isAlive(pid));
});

Deno.test("a child that is not well, time after time, is started again with the reason", async () => {
  const exits: (string | undefined)[] = [];
  let asked = 0;
  await using child = superviseChild({
    ...sh("sleep 1000"),
    backoff: { minMs: 1, maxMs: 5 },
    healthIntervalMs: 5,
    healthFailures: 2,
    limit: 1,
    health: (_child, signal) => {
      // the second time it does not answer at all
      if (asked++ % 2 === 0) return Promise.reject(new Error("no scene is open"));
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
    },
    onExit: ({ reason }) => exits.push(reason),
  });
  assert.match((await child.ended)?.message ?? "", /it was not well 2 times in a row: no answer within 5 ms/);
  assert.equal(exits.length, 2);
});

Deno.test("a child that is well is left alone", async () => {
  let asked = 0;
  await using child = superviseChild({
    ...sh("sleep 1000"),
    healthIntervalMs: 1,
    health: () => Promise.resolve(asked++),
  });
  await until(() => asked > 5);
  assert.equal(child.restarts, 0);
});
