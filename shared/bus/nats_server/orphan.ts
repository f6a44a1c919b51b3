/**
 * nats-server outlives a parent that is killed outright: it cannot be told to watch one. Two nets catch it.
 *
 * A watchdog, a shell that does nothing but read a pipe from us, sees the pipe end when we die, and ends the server. That
 * works on every Unix, where `setpriv --pdeathsig` is Linux only and follows the spawning thread, not the process.
 * What still slips through (Windows, or a watchdog that was killed too) is ended by the next start on the same store:
 * it holds the store's lock, so a server that the store's pid file names has lost its owner.
 */

/** Ends `pid` when this process dies; dispose it once the process has ended by itself. */
export function watchdog(pid: number): AsyncDisposable {
  if (Deno.build.os === "windows") return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", 'read -r _; kill -TERM "$1"', "nats-server-watchdog", String(pid)],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    // out of our process group: Ctrl-C is for us, and we take the server down in order
    detached: true,
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      // killed before its pipe closes, so that it never signals a pid that somebody else has by now
      try {
        child.kill("SIGKILL");
      } catch {
        // it has ended already
      }
      await child.status;
      await child.stdin.close().catch(() => {});
    },
  };
}

/** Ends the server that a dead owner left on this store, if there is one. */
export async function endOrphan(pidFile: string, configFile: string): Promise<void> {
  const pid = Number(await Deno.readTextFile(pidFile).catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 1) return;
  const isOurs = async () => {
    const command = await commandLine(pid);
    return command.includes("nats-server") && (Deno.build.os === "windows" || command.includes(configFile));
  };
  for (let attempt = 0; await isOurs(); attempt++) {
    try {
      Deno.kill(pid, attempt < ORPHAN_PATIENCE ? "SIGTERM" : "SIGKILL");
      // a stopped process does not hear SIGTERM before it continues
      if (Deno.build.os !== "windows") Deno.kill(pid, "SIGCONT");
    } catch {
      return; // it ended between the two calls
    }
    await new Promise((resolve) => setTimeout(resolve, ORPHAN_POLL_MS));
  }
}

const ORPHAN_POLL_MS = 50;
/** How often it is asked before it is made to: five seconds. */
const ORPHAN_PATIENCE = 100;

async function commandLine(pid: number): Promise<string> {
  if (Deno.build.os === "linux") return (await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => ""));
  const [command, ...args] = Deno.build.os === "windows"
    ? ["tasklist", "/FO", "CSV", "/NH", "/FI", `PID eq ${pid}`]
    : ["ps", "-o", "command=", "-p", String(pid)];
  const { stdout } = await new Deno.Command(command ?? "ps", { args, stderr: "null" }).output();
  return new TextDecoder().decode(stdout);
}
