/** A measured program in a process of its own, so that it does not share a thread with the load generator. */
import { fileURLToPath } from "node:url";
import { TextLineStream } from "../text_lines.ts";

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** What matched. */
  readonly ready: RegExpExecArray;
}

/**
 * Starts a program of this folder and resolves once it prints a line that matches.
 * @throws {Error} if it ends before that
 */
export async function startChild(script: string, ready: RegExp, env: Record<string, string> = {}): Promise<Child> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", fileURLToPath(new URL(script, import.meta.url))],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const match = await firstMatch(lines, ready);
  if (match === null) throw new Error(`${script} ended before it printed ${ready}`);
  const rest = lines.pipeTo(new WritableStream());
  return {
    pid: child.pid,
    ready: match,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await rest;
    },
  };
}

/** Leaves the stream open for what follows the line. */
async function firstMatch(lines: ReadableStream<string>, pattern: RegExp): Promise<RegExpExecArray | null> {
  for await (const line of lines.values({ preventCancel: true })) {
    const match = pattern.exec(line);
    if (match !== null) return match;
  }
  return null;
}
