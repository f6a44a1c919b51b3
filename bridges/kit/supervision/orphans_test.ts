import assert from "node:assert/strict";
import { type Child, startChild } from "./child.ts";
import { isAlive, sh, until } from "./test_processes.ts";

const ignore = { ignore: Deno.build.os !== "linux" };

/** Prints its own id and those of what it starts: a child, a child's child, one in a session of its own, one twice removed. */
const family = `
  echo $$
  sleep 1000 & echo $!
  sh -c 'sleep 1000 & echo $!; wait' &
  setsid sh -c 'trap "" TERM; echo $$; while :; do sleep 1; done' &
  (setsid sh -c 'sleep 1000 & echo $!; exit' &)
  wait
`;
const MEMBERS = 5;

async function started(): Promise<{ child: Child; pids: number[] }> {
  const pids: number[] = [];
  const child = startChild({ ...sh(family), onLine: (line) => pids.push(Number(line)), graceMs: 200 });
  await until(() => pids.length === MEMBERS);
  assert.ok(pids.every(isAlive));
  return { child, pids };
}

Deno.test("stopping a child ends all that it has started, also in sessions of their own", ignore, async () => {
  const { child, pids } = await started();
  await child.stop();
  await until(() => !pids.some(isAlive));
});

Deno.test("a child that ends by itself leaves nobody behind", ignore, async () => {
  const { child, pids } = await started();
  Deno.kill(child.pid, "SIGKILL");
  await child.exited;
  await until(() => !pids.some(isAlive));
});

Deno.test("when the bridge's process is killed outright, all of them end", ignore, async () => {
  const parent = `
    import { startChild } from ${JSON.stringify(import.meta.resolve("./child.ts"))};
    const child = startChild({
      command: "/bin/sh",
      args: ["-c", ${JSON.stringify(family)}],
      cwd: "/",
      onLine: (line) => console.log(line),
    });
    await child.exited;
  `;
  const pids: number[] = [];
  const file = await Deno.makeTempFile({ dir: import.meta.dirname!, suffix: "_parent.ts" });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(file));
  await Deno.writeTextFile(file, parent);
  // not by `startChild`, which would end them itself
  const bridge = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", file],
    stdout: "piped",
    detached: true,
  }).spawn();
  const lines = bridge.stdout.pipeThrough(new TextDecoderStream());
  for await (const text of lines) {
    pids.push(...text.split("\n").filter((line) => line !== "").map(Number));
    if (pids.length === MEMBERS) break;
  }
  assert.ok(pids.every(isAlive));
  Deno.kill(bridge.pid, "SIGKILL");
  await bridge.status;
  await until(() => !pids.some(isAlive));
});
