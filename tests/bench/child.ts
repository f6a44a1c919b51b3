/** A measured program in a process of its own, so that it does not share a thread with the load generator. */
import { fileURLToPath } from "node:url";
import { TextLineStream } from "../text_lines.ts";

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** What matched. */
  readonly ready: RegExpExecArray;
  /** Writes a line to it, and resolves once it prints one that matches. @throws {Error} if it ends before that */
  ask(line: string, answer: RegExp): Promise<RegExpExecArray>;
}

/**
 * Starts a program of this folder and resolves once it prints a line that matches.
 * @throws {Error} if it ends before that
 */
export async function startChild(script: string, ready: RegExp, env: Record<string, string> = {}): Promise<Child> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", fileURLToPath(new URL(script, import.meta.url))],
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const input = child.stdin.getWriter();
  const encoder = new TextEncoder();
  let waiting: { pattern: RegExp; found: PromiseWithResolvers<RegExpExecArray> } | undefined;
  const next = (pattern: RegExp) => {
    waiting = { pattern, found: Promise.withResolvers() };
    return waiting.found.promise;
  };
  const read = async () => {
    for await (
      const line of child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    ) {
      const match = waiting?.pattern.exec(line) ?? null;
      if (match !== null) waiting?.found.resolve(match);
    }
    waiting?.found.reject(new Error(`${script} ended before it printed ${waiting.pattern}`));
  };
  let ended = false;
  void child.status.then(() => ended = true);
  const first = next(ready);
  const reading = read();
  return {
    pid: child.pid,
    ready: await first,
    async ask(line, answer) {
      const answered = next(answer);
      await input.write(encoder.encode(`${line}\n`));
      return await answered;
    },
    async [Symbol.asyncDispose]() {
      if (!ended) child.kill("SIGTERM");
      await child.status;
      await input.close().catch(() => {});
      await reading;
    },
  };
}
