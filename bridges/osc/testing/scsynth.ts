/** For tests: a real scsynth, on a JACK server of its own that has no sound card. */
import { encodeOscMessage } from "@patchbay/bridge-kit";
import { createSocket } from "node:dgram";
import { freeUdpPort } from "./ports.ts";

/** Whether this machine has what it takes. */
export const HAS_SCSYNTH = Deno.build.os === "linux" && await hasProgram("scsynth") && await hasProgram("jackd");

/** How long it may take to end by itself, in milliseconds. */
const PATIENCE_MS = 3_000;

export interface Scsynth extends AsyncDisposable {
  readonly port: number;
  /** Ends it, and starts another one on the same port. */
  restart(): Promise<void>;
}

/** Where sound goes that nobody hears. */
export interface Jack extends AsyncDisposable {
  /** For whatever shall use it. */
  readonly env: Record<string, string>;
}

export async function startJack(): Promise<Jack> {
  const name = `patchbay-${crypto.randomUUID().slice(0, 8)}`;
  const jackd = await started(
    "jackd",
    ["-n", name, "-r", "-d", "dummy", "-r", "44100", "-p", "256"],
    {},
    /JACK server starting/,
  );
  return {
    env: { JACK_DEFAULT_SERVER: name, JACK_NO_START_SERVER: "1" },
    [Symbol.asyncDispose]: () => jackd[Symbol.asyncDispose](),
  };
}

export async function startScsynth(): Promise<Scsynth> {
  await using stack = new AsyncDisposableStack();
  const jack = stack.use(await startJack());
  const port = await freeUdpPort();
  let running = await startServer(port, jack.env);
  stack.defer(() => running[Symbol.asyncDispose]());
  const held = stack.move();
  return {
    port,
    async restart() {
      await running[Symbol.asyncDispose]();
      running = await startServer(port, jack.env);
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** JACK may not be there yet, or the port not free again: then it ends, and is started again. */
async function startServer(port: number, env: Record<string, string>): Promise<AsyncDisposable> {
  for (let attempt = 1;; attempt++) {
    try {
      return await started("scsynth", ["-u", String(port), "-R", "0"], env, /server ready/, () => quit(port));
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Resolves once the program prints what it prints when it is ready. @throws {Error} it ended first */
async function started(
  command: string,
  args: string[],
  env: Record<string, string>,
  ready: RegExp,
  end?: () => Promise<void>,
): Promise<AsyncDisposable> {
  const process = new Deno.Command(command, { args, env, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  let printed = "";
  const told = Promise.withResolvers<void>();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      printed += text;
      if (ready.test(printed)) told.resolve();
    }
  };
  const reading = Promise.all([read(process.stdout), read(process.stderr)]);
  const ended = process.status.then(async (status) => {
    await reading;
    told.reject(new Error(`${command} ended with ${status.code}: ${printed.slice(-500)}`));
  });
  await told.promise;
  return {
    async [Symbol.asyncDispose]() {
      await end?.();
      // in order: JACK remembers those that were killed, and takes only a few
      const timer = setTimeout(() => kill(process, "SIGTERM"), end === undefined ? 0 : PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function kill(process: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    process.kill(signal);
  } catch {
    // it has ended already
  }
}

/** A signal would do as well, but scsynth takes seconds for it, and leaves shared memory behind. */
async function quit(port: number): Promise<void> {
  const socket = createSocket("udp4");
  const datagram = encodeOscMessage({ address: "/quit", args: [] });
  await new Promise<void>((resolve) => socket.send(datagram, port, "127.0.0.1", () => resolve()));
  await new Promise<void>((resolve) => void socket.close(() => resolve()));
}

async function hasProgram(command: string): Promise<boolean> {
  try {
    await new Deno.Command(command, { args: ["-v"], stdin: "null", stdout: "null", stderr: "null" }).output();
    return true;
  } catch {
    return false;
  }
}
