import assert from "node:assert/strict";
import { startChild } from "./child.ts";
import { familyOf } from "./family.ts";
import { parsePs, readProc, readPs } from "./process_table.ts";
import { describeExit } from "./supervise.ts";
import { isAlive, script, sh, until } from "./test_processes.ts";

const ignore = { ignore: Deno.build.os !== "linux" };

Deno.test("a script that eats memory is ended, and its exit says how much it had", ignore, async () => {
  const eat = `const eaten = []; setInterval(() => eaten.push(new Uint8Array(16e6).fill(1)), 1);`;
  await using child = startChild({ ...script(eat), limits: { memoryMiB: 400 } });
  const exit = await child.exited;
  assert.equal(exit.signal, "SIGKILL");
  assert.match(describeExit(exit), /^with SIGKILL, because it used \d{3,} MiB of memory, and may use 400$/);
});

Deno.test("memory that is spread over many processes counts together", ignore, async () => {
  const eat = `
    const code = "const held = new Uint8Array(150e6).fill(1); setInterval(() => held[0]++, 1000);";
    for (let i = 0; i < 4; i++) new Deno.Command(Deno.execPath(), { args: ["eval", code] }).spawn();
    setInterval(() => {}, 1000);
  `;
  await using child = startChild({ ...script(eat), limits: { memoryMiB: 500 } });
  assert.match((await child.exited).reason ?? "", /MiB of memory, and may use 500/);
});

Deno.test("a script that forks without end is ended with all that it has started", ignore, async () => {
  const mark = crypto.randomUUID().slice(0, 8);
  const forks = `while :; do sh -c 'sleep 1000; : ${mark}' & done`;
  await using child = startChild({ ...sh(forks), limits: { processes: 30 } });
  assert.match((await child.exited).reason ?? "", /^it had \d+ processes, and may have 30$/);
  await until(() => readProc().every(({ pid }) => !commandLine(pid).includes(mark)));
});

Deno.test("a script that keeps the processor busy is ended", ignore, async () => {
  await using child = startChild({ ...sh("while :; do :; done"), limits: { cpuSeconds: 0.2 } });
  assert.match((await child.exited).reason ?? "", /s of processor time, and may take 0.2$/);
});

Deno.test("a script that runs for too long is ended", async () => {
  await using child = startChild({ ...sh("sleep 1000"), limits: { wallMs: 30 } });
  const exit = await child.exited;
  assert.deepEqual([exit.signal, exit.reason], ["SIGKILL", "it ran for 30 ms, which is all it may"]);
});

Deno.test("a script within its limits is left alone", ignore, async () => {
  const limits = { memoryMiB: 1_000, cpuSeconds: 60, processes: 20, wallMs: 60_000 };
  await using child = startChild({ ...sh("sleep 0.6; exit 5"), limits });
  const { code, reason } = await child.exited;
  assert.deepEqual([code, reason], [5, undefined]);
});

Deno.test("a family holds what has left its process group, and nobody else", ignore, async () => {
  let grandchild = 0;
  const mark = crypto.randomUUID();
  const process = new Deno.Command("/bin/sh", {
    args: ["-c", "setsid sh -c 'echo $$; exec sleep 1000' & wait"],
    env: { PATCHBAY_CHILD: mark },
    stdout: "piped",
    detached: true,
  }).spawn();
  const { value } = await process.stdout.getReader().read();
  grandchild = Number(new TextDecoder().decode(value));
  const use = await familyOf(process.pid, mark)?.use();
  assert.equal(use?.processes, 2);
  Deno.kill(grandchild, "SIGKILL");
  Deno.kill(process.pid, "SIGKILL");
  await process.status;
  await until(() => !isAlive(grandchild));
});

Deno.test("ps and /proc tell the same of this process", ignore, async () => {
  const find = (all: ReturnType<typeof readProc>) => all.find(({ pid }) => pid === Deno.pid)!;
  const [proc, ps] = [find(readProc()), find(await readPs())];
  assert.deepEqual([ps.parent, ps.group], [proc.parent, proc.group]);
  const ratio = ps.memoryMiB / proc.memoryMiB;
  assert.ok(ratio > 0.5 && ratio < 2, `${ps.memoryMiB} and ${proc.memoryMiB} MiB`);
});

Deno.test("the times of ps are read as macOS and Linux write them", () => {
  const text = "  501     1   501  2048  1:02.50\n  502   501   501  1024 1-02:03:04\n";
  assert.deepEqual(parsePs(text).map(({ cpuSeconds, memoryMiB }) => [cpuSeconds, memoryMiB]), [
    [62.5, 2],
    [93_784, 1],
  ]);
});

function commandLine(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`);
  } catch {
    return "";
  }
}
