/** Runs the `patchbay` command as a person does: a process of its own, from the checkout's root. */
import { TextLineStream } from "./text_lines.ts";

const root = new URL("../", import.meta.url);

export interface Outcome {
  code: number;
  /** Standard output and error, in the order of their lines. */
  lines: string[];
  text: string;
}

export interface CommandOptions {
  /** Added to this process's environment. */
  env?: Record<string, string>;
  signal: AbortSignal;
}

/** A running `patchbay`; disposing it interrupts it and waits for its end. */
export interface RunningCommand extends AsyncDisposable {
  readonly pid: number;
  readonly lines: readonly string[];
  /** Resolves with the first line, past or to come, that matches. @throws the signal's reason, or what was printed if it ended before */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: Deno.Signal): void;
  readonly ended: Promise<Outcome>;
}

/** Starts `patchbay <args>`. */
export function startPatchbay(args: readonly string[], { env = {}, signal }: CommandOptions): RunningCommand {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", "cli/main.ts", ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const news = new EventTarget();
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      lines.push(line);
      news.dispatchEvent(new Event("line"));
    }
  };
  const collected = Promise.all([collect(child.stdout), collect(child.stderr)]);
  const ended = (async () => {
    const { code } = await child.status;
    await collected;
    news.dispatchEvent(new Event("line"));
    return { code, lines, text: lines.join("\n") };
  })();
  let over = false;
  ended.then(() => over = true);
  const kill = (name: Deno.Signal) => {
    if (!over) child.kill(name);
  };
  const stop = () => kill("SIGTERM");
  signal.addEventListener("abort", stop);
  return {
    pid: child.pid,
    lines,
    kill,
    ended,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.map((line) => pattern.exec(line)).find((match) => match !== null);
          if (found !== undefined) resolve(found);
          else if (over || signal.aborted) {
            reject(new Error(`patchbay ${args.join(" ")} never printed ${pattern}:\n${lines.join("\n")}`));
          } else return news.addEventListener("line", look, { once: true });
        };
        signal.addEventListener("abort", look, { once: true });
        ended.then(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      kill("SIGINT");
      await ended;
      signal.removeEventListener("abort", stop);
    },
  };
}

/** Runs `patchbay <args>` to its end. */
export function runPatchbay(args: readonly string[], options: CommandOptions): Promise<Outcome> {
  return startPatchbay(args, options).ended;
}
