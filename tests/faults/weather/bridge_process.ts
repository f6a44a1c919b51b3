/** A bridge in a process of its own: killed, stopped, started again under the same id with the same folder. */
import { TextLineStream } from "../../text_lines.ts";

export interface BridgeProcessOptions {
  /** Of the server, or of a proxy before it. */
  url: string;
  bridge: string;
  /** Where its effects, its spool and its journal lie. */
  folder: string;
  /** @default 30_000 */
  ackWaitMs?: number;
  /** How far its clock is ahead, in milliseconds. @default 0 */
  clockMs?: number;
}

export interface BridgeProcess extends AsyncDisposable {
  readonly bridge: string;
  readonly effectsFile: string;
  /** What it has printed, all its processes together. */
  readonly lines: readonly string[];
  /** Whether it ended although nobody ended it; with its code. */
  readonly fell: number | undefined;
  /** Starts it, or starts it again; resolves once it takes commands. */
  start(): Promise<void>;
  /** Resolves once it has printed a line that begins so, so many times. */
  printed(start: string, times?: number): Promise<void>;
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Lets it end in order. @returns its exit code */
  terminate(): Promise<number>;
  /** Waits until it has ended by itself. @returns its exit code */
  ended(): Promise<number>;
}

const PROGRAM = new URL("./tally_bridge.ts", import.meta.url).pathname;

export function bridgeProcess(
  { url, bridge, folder, ackWaitMs = 30_000, clockMs = 0 }: BridgeProcessOptions,
): BridgeProcess {
  const settings = [url, bridge, folder, String(ackWaitMs), String(clockMs)];
  const lines: string[] = [];
  const news = new EventTarget();
  let running: { child: Deno.ChildProcess; reading: Promise<void> } | undefined;
  let expected = false;
  let fell: number | undefined;

  const printed = async (start: string, times = 1) => {
    const count = () => lines.filter((line) => line.startsWith(start)).length;
    while (count() < times) {
      if (fell !== undefined) throw new Error(`${bridge} ended with ${fell} before it printed '${start}'`);
      await new Promise((resolve) => news.addEventListener("line", resolve, { once: true }));
    }
  };
  const read = async (child: Deno.ChildProcess) => {
    const output = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of output) {
      lines.push(line);
      news.dispatchEvent(new Event("line"));
    }
    const { code } = await child.status;
    if (!expected) fell = code;
    news.dispatchEvent(new Event("line"));
  };
  const end = async (signal?: Deno.Signal): Promise<number> => {
    if (running === undefined) return 0;
    const { child, reading } = running;
    running = undefined;
    expected = true;
    if (signal !== undefined) send(child, signal);
    const { code } = await child.status;
    await reading;
    await child.stdin.close().catch(() => {});
    return code;
  };
  return {
    bridge,
    effectsFile: `${folder}/effects.jsonl`,
    lines,
    get fell() {
      return fell;
    },
    printed,
    async start() {
      if (running !== undefined) throw new Error(`${bridge} runs already`);
      await Deno.mkdir(folder, { recursive: true });
      const before = lines.filter((line) => line === "here").length;
      expected = false;
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", "--no-check", "-A", PROGRAM, ...settings],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      running = { child, reading: read(child) };
      await printed("here", before + 1);
    },
    signal: (signal) => void (running !== undefined && send(running.child, signal)),
    kill: async () => void await end("SIGKILL"),
    terminate: () => end("SIGTERM"),
    ended: () => end(),
    [Symbol.asyncDispose]: async () => void await end("SIGKILL"),
  };
}

function send(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // it has ended by itself
    if (!(error instanceof TypeError)) throw error;
  }
}
