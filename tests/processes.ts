/** The processes of this machine, for tests that look at what is left of one. Not on Windows. */

interface Process {
  pid: number;
  parent: number;
  /** Ended, and only waiting for its parent to look. */
  zombie: boolean;
}

async function processes(): Promise<Process[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "pid=,ppid=,stat="] }).output();
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => {
    const [pid = "", parent = "", stat = ""] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), zombie: stat.startsWith("Z") };
  });
}

/** The children of a process, their children, and so on. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const all = await processes();
  const found = [pid];
  for (const parent of found) {
    found.push(...all.filter((process) => process.parent === parent && !process.zombie).map(({ pid }) => pid));
  }
  return found.slice(1);
}

/** Those of them that still run. */
export async function stillRunning(pids: readonly number[]): Promise<number[]> {
  const alive = new Set((await processes()).filter(({ zombie }) => !zombie).map(({ pid }) => pid));
  return pids.filter((pid) => alive.has(pid));
}

/** Resolves once none of them runs: a process that was killed still takes a moment to end. @throws the signal's reason */
export async function untilEnded(pids: readonly number[], signal: AbortSignal): Promise<void> {
  while ((await stillRunning(pids)).length > 0) signal.throwIfAborted();
}
