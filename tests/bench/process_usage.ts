/** What processes take, as the kernel counts it. On Linux; elsewhere NaN. */

/** Resident memory, MiB. */
export async function residentMiB(pid: number): Promise<number> {
  if (Deno.build.os !== "linux") return NaN;
  const kiB = /^VmRSS:\s+(\d+) kB$/m.exec(await Deno.readTextFile(`/proc/${pid}/status`))?.[1];
  return Number(kiB) / 1024;
}

/** The kernel counts in hundredths of a second, whatever the machine. */
const TICKS_PER_SECOND = 100;

/** Processor time since its start, in seconds. */
async function processorSeconds(pid: number): Promise<number> {
  if (Deno.build.os !== "linux") return NaN;
  // the name, in brackets, may hold anything
  const fields = (await Deno.readTextFile(`/proc/${pid}/stat`)).split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The share of one processor that each process takes over the next `ms`. */
export async function processorShares(pids: readonly number[], ms: number): Promise<number[]> {
  const began = performance.now();
  const before = await Promise.all(pids.map(processorSeconds));
  await new Promise((resolve) => setTimeout(resolve, ms));
  const seconds = (performance.now() - began) / 1000;
  const after = await Promise.all(pids.map(processorSeconds));
  return after.map((now, i) => (now - (before[i] ?? NaN)) / seconds);
}
