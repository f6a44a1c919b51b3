/**
 * A child outlives a bridge that is killed outright. A shell that does nothing but read a pipe from us sees the pipe end
 * when we die, and ends the child. Windows has none: there the lost App link tells the application to end.
 */

/** Ends the process group `pid` when this process dies; dispose it once the child has ended by itself. */
export function watchdog(pid: number): AsyncDisposable {
  if (Deno.build.os === "windows") return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const shell = new Deno.Command("/bin/sh", {
    args: ["-c", 'read -r _; kill -TERM "-$1"; sleep 3; kill -KILL "-$1"', "patchbay-watchdog", String(pid)],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin" },
    detached: true,
  }).spawn();
  return {
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
