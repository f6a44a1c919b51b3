/** A Live that answers, with everything that the bridge keeps for it: a transport whose end takes all of it along. */
import type {
  AdapterCall,
  AdapterHost,
  OscTransport,
  OscValue,
  Peer,
  RequestOptions,
  Transport,
} from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import type { z } from "zod";
import type { CommandContext, HandlersOf, Reversal } from "../commands/context.ts";
import { RunningClock } from "../commands/midi.ts";
import { handlersWith } from "../commands/mod.ts";
import { Ramps } from "../commands/ramps.ts";
import type { Revisions } from "../commands/revisions.ts";
import { ableton, type AbletonCommands } from "../manifest.ts";
import type { LiveState } from "../manifest/signals.ts";
import { type LoadMidi, Midi } from "../midi/midi.ts";
import { LiveConnection } from "./connection.ts";
import { stateOf } from "./model.ts";
import { LiveSession, type LiveSessionOptions } from "./session.ts";

export interface OpenedLiveOptions extends LiveSessionOptions {
  osc: OscTransport;
  host: AdapterHost;
  revisions: Revisions<Reversal>;
  loadMidi?: LoadMidi;
}

export class OpenedLive implements Transport {
  readonly closed: Promise<PatchbayError>;
  readonly #osc: OscTransport;
  readonly #host: AdapterHost;
  readonly #session: LiveSession;
  readonly #ramps: Ramps;
  readonly #midi: Midi;
  readonly #clock = new RunningClock();
  readonly #handlers: HandlersOf<AbletonCommands>;
  readonly #revisions: Revisions<Reversal>;
  readonly #ended = new AbortController();
  #peer: Peer = { appVersion: "unknown" };
  #extensions: readonly string[] = [];
  #hasMidi = false;

  constructor({ osc, host, revisions, loadMidi, ...options }: OpenedLiveOptions) {
    this.#osc = osc;
    this.#host = host;
    this.#revisions = revisions;
    this.closed = osc.closed;
    this.closed.then((reason) => this.#ended.abort(reason));
    const live = new LiveConnection(osc, this.#ended.signal);
    this.#session = new LiveSession(live, host, options);
    this.#midi = new Midi(loadMidi);
    this.#handlers = handlersWith(this.#clock);
    this.#ramps = new Ramps(
      () => this.#session.known.transport.tempo,
      ({ id, target, status, reason }) => host.event("automation_finished", { id, target, status, reason }),
    );
  }

  get peer(): Peer {
    return this.#peer;
  }

  /** Asks who is there, and reads the set. */
  async begin(): Promise<void> {
    const { signal } = this.#host;
    const { live } = this.#session;
    const [major, minor] = await live.values("/live/application/get/version", [], signal, { ids: 0 });
    this.#extensions = await this.#asked(signal);
    this.#hasMidi = (await this.#midi.ports()).available;
    await this.#session.begin(signal);
    this.#peer = {
      appVersion: `${major}.${minor}`,
      protocol: "AbletonOSC",
      capabilities: { extensions: [...this.#extensions], midi: this.#hasMidi },
    };
  }

  state(): LiveState {
    return stateOf(this.#session.known, { midi: this.#hasMidi, extensions: [...this.#extensions] });
  }

  notified(address: string, args: readonly OscValue[]): void {
    this.#session.notified(address, args);
  }

  async execute({ command, args, signal, progress, live: streamed = false }: AdapterCall): Promise<unknown> {
    if (!Object.hasOwn(this.#handlers, command)) {
      throw PatchbayError.of("UNKNOWN_COMMAND", `Ableton Live has no command '${command}'`);
    }
    const session = this.#session;
    const context: CommandContext = {
      session,
      live: session.live,
      host: this.#host,
      midi: this.#midi,
      ramps: this.#ramps,
      revisions: this.#revisions,
      streamed,
      peer: { version: this.#peer.appVersion, extensions: this.#extensions },
      signal,
      progress,
    };
    return await session.exclusively(() => this.#run(command as keyof AbletonCommands, context, args));
  }

  /** The manifest says that these arguments are this command's. */
  async #run<K extends keyof AbletonCommands>(command: K, context: CommandContext, args: unknown): Promise<unknown> {
    const parsed = ableton.commands[command].args.parse(args) as z.output<AbletonCommands[K]["args"]>;
    return await this.#handlers[command](context, parsed);
  }

  /** What it can beyond the published script, which does not know the question. */
  async #asked(signal: AbortSignal): Promise<string[]> {
    try {
      const names = await this.#session.live.values("/live/patchbay/get/extensions", [], signal, {
        ids: 0,
        attempts: 2,
      });
      return names.map(String);
    } catch (error) {
      if (
        error instanceof PatchbayError &&
        ["COMMAND_FAILED", "APP_UNRESPONSIVE", "UNSUPPORTED_VERSION"].includes(error.code)
      ) return [];
      throw error;
    }
  }

  request(address: string, params: unknown, options: RequestOptions): Promise<unknown> {
    return this.#osc.request(address, params, options);
  }

  notify(address: string, params: unknown): void {
    this.#osc.notify(address, params);
  }

  ping(): Promise<unknown> {
    return this.#osc.ping?.() ?? Promise.resolve();
  }

  fail(reason: PatchbayError): void {
    this.#osc.fail?.(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#clock[Symbol.dispose]();
    await this.#ramps[Symbol.asyncDispose]();
    await this.#session[Symbol.asyncDispose]();
    this.#midi[Symbol.dispose]();
    await this.#osc[Symbol.asyncDispose]();
  }
}
