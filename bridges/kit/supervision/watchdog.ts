/**
 * A child outlives a bridge that is killed outright. A shell that does nothing but read a pipe from us sees the pipe end
 * when we die, and ends the child, and on Linux also whatever has left its process group but carries its mark. Windows has
 * none: there the lost App link tells the application to end.
 */
import { MARK } from "./family.ts";

/** `$1` is the process group, `$2` the mark as it stands in an environment. Three sweeps: what forks meanwhile is caught too. */
const SCRIPT = `
read -r _
kill -TERM "-$1"
sleep 3
kill -KILL "-$1"
for _ in 1 2 3; do
  for file in $(grep -ls -- "$2" /proc/[0-9]*/environ); do
    process=\${file#/proc/}
    kill -KILL "\${process%/environ}"
  done
done
`;

/** Ends the process group `pid` when this process dies; dispose it once the child has ended by itself. */
export function watchdog(pid: number, mark: string): AsyncDisposable & { readonly pid: number | undefined } {
  if (Deno.build.os === "windows") return { pid: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  const shell = new Deno.Command("/bin/sh", {
    args: ["-c", SCRIPT, "patchbay-watchdog", String(pid), `${MARK}=${mark}`],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin" },
    detached: true,
  }).spawn();
  return {
    pid: shell.pid,
    async [Symbol.asyncDispose]() {
      // before its pipe closes, so that it never signals a group that somebody else has by now
      try {
        shell.kill("SIGKILL");
      } catch {
        // it has ended already
      }
      await shell.status;
      await shell.stdin.close().catch(() => {});
    },
  };
}
