/** For the tests of this folder: processes that misbehave, and whether they are there. */

export const sh = (script: string) => ({ command: "/bin/sh", args: ["-c", script], cwd: "/" });

/** A program of Deno's. */
export const script = (code: string) => ({ command: Deno.execPath(), args: ["eval", "--no-check", code], cwd: "/" });

export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
