/**
 * A Live that is none: it answers OSC as AbletonOSC does inside Live, on the main thread's tick, and keeps a set with a
 * transport that runs. For machines without Live, for rehearsals and for tests.
 */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { PatchbayError } from "@patchbay/contracts";
import { type Clock, machineClock } from "./simulator/clock.ts";
import type { HandlerContext, Handlers } from "./simulator/handler.ts";
import { installHandlers } from "./simulator/handlers.ts";
import { Listeners } from "./simulator/listeners.ts";
import { PythonError } from "./simulator/python.ts";
import { type BeginningSet, SimulatedSet } from "./simulator/set.ts";
import { encode, type Message, messagesOf } from "./simulator/wire.ts";
import type { OscArgument } from "@patchbay/bridge-kit";

export interface LiveSimulatorOptions {
  /** Where it listens; 0 for any free port. @default 11000 */
  port?: number;
  /** Where it answers to, on the sender's address; AbletonOSC never uses the sender's port, which a simulator in the same process may. @default 11001 */
  replyPort?: number | "sender";
  /** Between two ticks of Live's main thread, in milliseconds. @default 100 */
  tickMs?: number;
  /** The largest answer that leaves, in bytes: macOS sends no more than 9,216 unless it is told to. @default 9_216 */
  maxDatagramBytes?: number;
  /** Whether it can what the published script cannot: load devices, render audio. @default true */
  extended?: boolean;
  /** Addresses that it does not know, as an older script. */
  without?: readonly string[];
  clock?: Clock;
  /** What it begins with. @default a new set */
  set?: BeginningSet;
}

export interface LiveSimulator extends AsyncDisposable {
  readonly port: number;
  readonly set: SimulatedSet;
  /** What was shown in the status bar. */
  readonly messages: readonly string[];
  /** Every address that was heard. */
  readonly heard: ReadonlySet<string>;
  readonly listeners: number;
  /** Datagrams that wait for the next tick, and those that were read. */
  readonly waiting: number;
  readonly asked: number;
  /** Does what a person does by hand. */
  simulate(change: (set: SimulatedSet) => void): void;
  /** Answers from here on nothing, as behind a dialog; or again. */
  hang(hangs: boolean): void;
  /** Loads the script anew, as another set does: listeners are gone, `/live/startup` is sent. */
  reload(): void;
}

export const SIMULATOR_VERSION = [12, 1] as const;

/** @throws {PatchbayError} `PORT_IN_USE`: a Live with AbletonOSC, or another simulator, listens there */
export async function startLiveSimulator(options: LiveSimulatorOptions = {}): Promise<LiveSimulator> {
  const { port = 11_000, clock = machineClock, tickMs = 100 } = options;
  const socket = await bound(port);
  const server = new Server(socket, options);
  let last = clock.now();
  const ticking = clock.every(tickMs, () => {
    const now = clock.now();
    server.tick(now - last);
    last = now;
  });
  server.start();
  let closing: Promise<void> | undefined;
  return {
    port: socket.address().port,
    set: server.set,
    messages: server.messages,
    heard: server.heard,
    get listeners() {
      return server.listeners.size;
    },
    get waiting() {
      return server.waiting;
    },
    get asked() {
      return server.asked;
    },
    simulate: (change) => change(server.set),
    hang: (hangs) => server.hangs = hangs,
    reload: () => server.reload(),
    [Symbol.asyncDispose]() {
      ticking[Symbol.dispose]();
      return closing ??= server.sent.then(() => new Promise((resolve) => void socket.close(() => resolve())));
    },
  };
}

class Server {
  readonly set: SimulatedSet;
  readonly messages: string[] = [];
  readonly heard = new Set<string>();
  readonly listeners: Listeners;
  readonly #handlers: Handlers = new Map();
  readonly #socket: Socket;
  readonly #replyPort: number | "sender";
  readonly #largest: number;
  #queue: { bytes: Uint8Array; from: Sender }[] = [];
  /** Who sent last: what listeners say goes there. */
  #remote: Sender | undefined;
  hangs = false;
  /** Datagrams that were read. */
  asked = 0;
  sent: Promise<void> = Promise.resolve();

  constructor(
    socket: Socket,
    { replyPort = 11_001, maxDatagramBytes = 9_216, extended = true, without = [], set: beginning }:
      LiveSimulatorOptions,
  ) {
    this.set = new SimulatedSet(beginning);
    this.#socket = socket;
    this.#replyPort = replyPort;
    this.#largest = maxDatagramBytes;
    this.listeners = new Listeners((address, args) => this.#send(address, args, this.#remote));
    const { set, listeners, messages } = this;
    const context: HandlerContext = {
      set,
      listeners,
      handlers: this.#handlers,
      messages,
      version: SIMULATOR_VERSION,
      extended,
    };
    installHandlers(context);
    for (const address of without) this.#handlers.delete(address);
    socket.on("message", (bytes: Uint8Array, { address, port }: RemoteInfo) => {
      this.#queue.push({ bytes: new Uint8Array(bytes), from: { address, port } });
    });
    socket.on("error", () => {});
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** What it says when it is loaded. */
  start(): void {
    this.#send("/live/startup", [], this.#remote);
    this.#send("/live/application/get/average_process_usage", [], this.#remote);
  }

  reload(): void {
    this.listeners.clear();
    this.#queue = [];
    this.start();
  }

  tick(ms: number): void {
    if (this.hangs) return;
    this.set.advance(ms);
    this.#drain();
    this.listeners.look();
  }

  /** Everything that waits, up to an error: what is behind it waits for the next tick. */
  #drain(): void {
    for (;;) {
      const datagram = this.#queue.shift();
      if (datagram === undefined) return;
      this.#remote = datagram.from;
      this.asked++;
      try {
        // what follows an error in a bundle is lost
        for (const message of messagesOf(datagram.bytes)) this.#handle(message, datagram.from);
      } catch (error) {
        if (error instanceof RangeError) {
          this.#error(`Error parsing OSC message: ${error.message}`);
          continue;
        }
        if (!(error instanceof PythonError)) throw error;
        return this.#error(error.message);
      }
    }
  }

  #handle({ address, args }: Message, from: Sender): void {
    this.heard.add(address);
    const handler = this.#handlers.get(address);
    if (handler !== undefined) {
      const answer = handler(args);
      if (answer !== undefined) this.#send(address, answer, from);
      return;
    }
    if (!address.includes("*")) return this.#error(`Unknown OSC address: ${address}`);
    const pattern = new RegExp(`^${address.split("*").map((part) => RegExp.escape(part)).join("[^/]+")}`);
    for (const [known, each] of this.#handlers) {
      if (!pattern.test(known)) continue;
      try {
        const answer = each(args);
        if (answer !== undefined) this.#send(known, answer, from);
      } catch (error) {
        // the script goes on with the next address
        if (!(error instanceof PythonError)) throw error;
      }
    }
  }

  #error(message: string): void {
    this.#send("/live/error", [message], this.#remote);
  }

  #send(address: string, args: readonly OscArgument[], to: Sender | undefined): void {
    const bytes = encode(address, args);
    if (bytes.length > this.#largest) throw new PythonError("[Errno 40] Message too long");
    const port = this.#replyPort === "sender" ? to?.port : this.#replyPort;
    // nobody has asked yet
    if (port === undefined) return;
    this.sent = this.sent.then(() =>
      new Promise((resolve) => this.#socket.send(bytes, port, to?.address ?? "127.0.0.1", () => resolve()))
    );
  }
}

interface Sender {
  address: string;
  port: number;
}

async function bound(port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("error", reject);
  socket.bind(port, "127.0.0.1", () => resolve());
  try {
    await promise;
  } catch (cause) {
    throw new PatchbayError("PORT_IN_USE", `Cannot start a simulated Live: port ${port} is taken`, {
      cause,
      remedy: "End the Live or the other simulator that listens there.",
    });
  }
  return socket;
}
