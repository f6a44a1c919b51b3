/**
 * A simulator of the program that a manifest file describes, over UDP: it answers what is asked, keeps what is written, and
 * sends its listeners what the file says it sends. What the file does not say, it does not know.
 */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { decodeOsc, encodeOscMessage, type OscMessage, type ReceivedOscMessage } from "@patchbay/bridge-kit";
import { type JsonObject, PatchbayError } from "@patchbay/contracts";
import { messagesOf } from "../manifest_file/commands.ts";
import type { ManifestFile } from "../manifest_file/manifest_file.ts";
import type { LoadedManifest } from "../manifest_file/read.ts";
import { bind, type Bindings } from "./binding.ts";
import { Memory, said } from "./memory.ts";

export interface OscSimulatorOptions {
  loaded: Pick<LoadedManifest, "file">;
  /** @default any free port */
  port?: number;
  /** What it looks like: a value of the manifest's `state`. @default as just started */
  state?: JsonObject;
  /** Where it sends to. @default whoever was heard last */
  sendTo?: number;
}

export interface OscSimulator extends AsyncDisposable {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Everything that came. */
  readonly heard: readonly ReceivedOscMessage[];
  /** Sends something unasked, to whom it sends everything. */
  say(address: string, ...args: OscMessage["args"]): void;
  /** Forgets everything, as a program that was started anew has. */
  restart(): void;
  /** Complains about an address from now on. */
  refuse(address: string, why: string): void;
  /** Hears and says nothing, or does again. */
  hang(hangs: boolean): void;
}

/** More than that is not kept. */
const MAX_HEARD = 10_000;

/** @throws {PatchbayError} `PORT_IN_USE` */
export async function startOscSimulator(options: OscSimulatorOptions): Promise<OscSimulator> {
  const simulator = new SimulatedProgram(options);
  await simulator.listen(options.port ?? 0);
  return simulator;
}

class SimulatedProgram implements OscSimulator {
  readonly heard: ReceivedOscMessage[] = [];
  readonly #file: ManifestFile;
  readonly #socket: Socket = createSocket("udp4");
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #memory: Memory;
  /** What of a command has come: those that send several messages have happened once all are there. */
  readonly #partial = new Map<string, { bindings: Bindings; seen: Set<number> }>();
  readonly #refused = new Map<string, string>();
  #listener: number | undefined;
  /** Ports of bridges that have registered, where a program refuses to do that twice. */
  readonly #registered = new Set<number>();
  #sent = Promise.resolve();
  #hangs = false;

  constructor({ loaded: { file }, sendTo, state }: OscSimulatorOptions) {
    this.#file = file;
    this.#memory = new Memory(file, state);
    this.#listener = sendTo;
    this.#socket.on("message", (datagram: Uint8Array, { port }: RemoteInfo) => this.#received(datagram, port, sendTo));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async listen(port: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#socket.once(
      "error",
      (cause) => reject(PatchbayError.of("PORT_IN_USE", `Cannot listen for OSC on 127.0.0.1:${port}`, { cause })),
    );
    this.#socket.bind(port, "127.0.0.1", () => resolve());
    await promise;
    for (const { address, from, to, periodMs, everyMs } of this.#file.simulate.plays) {
      const began = performance.now();
      this.#timers.push(setInterval(() => {
        const phase = (performance.now() - began) / periodMs * 2 * Math.PI;
        this.say(address, { type: "f", value: from + (to - from) * (1 - Math.cos(phase)) / 2 });
      }, everyMs));
    }
  }

  say(address: string, ...args: OscMessage["args"]): void {
    this.#send({ address, args });
  }

  restart(): void {
    this.#memory = new Memory(this.#file);
    this.#partial.clear();
    this.#registered.clear();
    this.#listener = undefined;
  }

  refuse(address: string, why: string): void {
    this.#refused.set(address, why);
  }

  hang(hangs: boolean): void {
    this.#hangs = hangs;
  }

  #received(datagram: Uint8Array, from: number, sendTo: number | undefined): void {
    if (this.#hangs) return;
    this.#listener = sendTo ?? from;
    let messages: ReceivedOscMessage[];
    try {
      messages = decodeOsc(datagram);
    } catch {
      return; // as programs do
    }
    for (const message of messages) {
      if (this.heard.push(message) > MAX_HEARD) this.heard.shift();
      this.#take(message, from);
    }
  }

  #take(message: ReceivedOscMessage, from: number): void {
    const refusal = this.#refused.get(message.address) ?? this.#whyNotRegister(message, from);
    if (refusal !== undefined) return this.#complain(message.address, refusal);
    const happened = Object.entries(this.#file.commands).flatMap(([name, command]) => {
      const bindings = this.#bound(name, message);
      return bindings === undefined ? [] : [{ command, bindings }];
    });
    for (const { command, bindings } of happened) this.#memory.wrote(command, bindings);
    const answer = this.#memory.answer(message);
    if (answer === "missing") this.#complain(message.address, "not found");
    else if (answer !== undefined) this.#send(answer);
    else if (!this.#isKnown(message)) this.#complain(message.address, "unknown");
    for (const { command, bindings } of happened) {
      for (const template of command.simulate.says) this.#send(said(template, command.args, bindings));
    }
  }

  /** What the command was given, once all of its messages have come. */
  #bound(name: string, message: ReceivedOscMessage): Bindings | undefined {
    const command = this.#file.commands[name];
    if (command === undefined) return undefined;
    const templates = messagesOf(command);
    const partial = this.#partial.get(name) ?? { bindings: {}, seen: new Set() };
    const at = templates.findIndex((template, i) => {
      if (partial.seen.has(i)) return false;
      const bindings = bind(template, message, command.args);
      if (bindings !== undefined) Object.assign(partial.bindings, bindings);
      return bindings !== undefined;
    });
    if (at === -1) return undefined;
    partial.seen.add(at);
    this.#partial.set(name, partial);
    if (partial.seen.size < templates.length) return undefined;
    this.#partial.delete(name);
    return partial.bindings;
  }

  /** Who is registered already is refused: by that a bridge sees that it is not forgotten. */
  #whyNotRegister(message: ReceivedOscMessage, from: number): string | undefined {
    const { check } = this.#file.listen;
    if (check === undefined || message.address !== check.address) return undefined;
    if (bind(check, message, {}) === undefined) return void this.#registered.delete(from);
    if (this.#registered.has(from)) return "already registered";
    return void this.#registered.add(from);
  }

  #isKnown({ address }: ReceivedOscMessage): boolean {
    const { listen, commands } = this.#file;
    const templates = [...listen.start, ...listen.stop, ...Object.values(commands).flatMap(messagesOf)];
    return templates.some((template) =>
      bind({ address: template.address, args: [] }, { address, args: [] }, {}) !== undefined
    );
  }

  #complain(address: string, text: string): void {
    const { errorAddress } = this.#file;
    if (errorAddress !== undefined) this.#send({ address: errorAddress, args: [address, text] });
  }

  #send(message: OscMessage): void {
    const port = this.#listener;
    if (port === undefined || this.#hangs) return;
    const datagram = encodeOscMessage(message);
    this.#sent = this.#sent.then(() =>
      new Promise((resolve) => this.#socket.send(datagram, port, "127.0.0.1", () => resolve()))
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#sent;
    await new Promise<void>((resolve) => void this.#socket.close(() => resolve()));
  }
}
