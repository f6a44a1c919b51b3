/** Drives a program over OSC as its manifest file says. */
import {
  type Adapter,
  type AdapterCall,
  type AdapterHost,
  type BridgeMode,
  type Launch,
  openOsc,
  type OscMessage,
  type OscTransport,
  type OscValue,
  type Transport,
  transportAdapter,
  type TransportEvents,
} from "@patchbay/bridge-kit";
import { type AppManifest, type JsonObject, PatchbayError } from "@patchbay/contracts";
import { z } from "zod";
import { Complaints } from "./complaints.ts";
import { execute } from "./execution.ts";
import { HeardState } from "./heard_state.ts";
import { Listening } from "./listening.ts";
import { messagesOf } from "./manifest_file/commands.ts";
import type { ManifestFile } from "./manifest_file/manifest_file.ts";
import type { LoadedManifest } from "./manifest_file/read.ts";
import { Questions, Refusal } from "./questions.ts";
import { listensTo, report } from "./signals.ts";
import { type OscSimulator, startOscSimulator } from "./simulator/simulator.ts";
import { type Heard, readFields } from "./wire/fields.ts";
import { messageOf, plainScope, valuesOf } from "./wire/message.ts";

export interface OscAdapterOptions {
  loaded: LoadedManifest;
  manifest: AppManifest;
  mode: BridgeMode;
  /** What the simulator and its bridge know from the beginning: a value of the manifest's `state`. @default nothing */
  state?: JsonObject;
  /** Between two questions for a sign of life, in milliseconds. @default a third of the file's `silenceMs` */
  pingIntervalMs?: number;
}

/** How long a program may take to end by itself, in milliseconds. */
const QUIT_MS = 2_000;

/** As the transport has decoded them. */
const OscValues = z.array(z.custom<OscValue>());

/** @throws {PatchbayError} from `open`: `APP_NOT_CONNECTED`, `PORT_IN_USE`, `APP_NOT_FOUND`, `APP_START_FAILED` */
export function oscAdapter(options: OscAdapterOptions): (host: AdapterHost) => Adapter {
  const { manifest, mode, loaded: { file }, pingIntervalMs } = options;
  const { launch, silenceMs } = file;
  return (host) => {
    const session = new OscSession(options, host);
    const inner = transportAdapter({
      manifest,
      silenceMs,
      ...(pingIntervalMs === undefined ? {} : { pingIntervalMs }),
      open: (opened, events) => session.open(opened, events),
      execute: (call) => session.execute(call),
      snapshot: (signal) => session.snapshot(signal),
      onNotification: (address, values) => session.heard({ address, args: OscValues.parse(values) }),
      ...(mode === "background" && launch !== undefined
        ? { launch: () => launchOf(launch, file.port, host.workDir) }
        : {}),
    })(host);
    return {
      ...(inner.owned === undefined ? {} : { owned: inner.owned }),
      open: (opened) => inner.open(opened),
      execute: (call) => inner.execute(call),
      snapshot: (signal) => inner.snapshot(signal),
      async close() {
        await using _session = session;
        if (inner.owned === true) await session.quit();
        await inner.close();
      },
    };
  };
}

function launchOf({ command, args, env }: NonNullable<ManifestFile["launch"]>, port: number, cwd: string): Launch {
  return { command, args: args.map((arg) => arg.replaceAll("{port}", String(port))), env, cwd };
}

/** One connection to the program. */
class OscSession implements AsyncDisposable {
  readonly #file: ManifestFile;
  readonly #options: OscAdapterOptions;
  readonly #host: AdapterHost;
  readonly #complaints: Complaints;
  readonly #state: HeardState;
  #simulator: OscSimulator | undefined;
  #questions: Questions | undefined;
  #listening: Listening | undefined;
  /** Two bridges, one after the other, shall not use the same numbers. */
  #unique = Math.floor(Math.random() * 1_000_000_000);

  constructor(options: OscAdapterOptions, host: AdapterHost) {
    this.#options = options;
    this.#host = host;
    this.#file = options.loaded.file;
    this.#complaints = new Complaints(this.#file.errorAddress);
    this.#state = new HeardState(this.#file.state);
    if (options.state !== undefined) this.#state.begin(options.state);
  }

  async open(host: AdapterHost, events: TransportEvents): Promise<Transport> {
    const { mode, loaded, state } = this.#options;
    const { listen } = this.#file;
    if (mode === "simulator") {
      this.#simulator ??= await startOscSimulator({ loaded, ...(state === undefined ? {} : { state }) });
    }
    const transport = await this.#connect(host, events);
    const questions = this.#questions = new Questions(transport, this.#complaints);
    const listening = this.#listening = new Listening({
      listen,
      contents: loaded.contents,
      questions,
      unique: () => this.#unique++,
      signal: host.signal,
      onRestarted: () => {
        this.#state.forget();
        this.#host.state("application");
      },
    });
    await listening.begin();
    return this.#watched(transport, listening);
  }

  async execute(call: AdapterCall): Promise<unknown> {
    const listening = this.#listening;
    // a program that has just started anew does not know yet what commands count on
    await listening?.settled();
    try {
      return await this.#execute(call);
    } catch (error) {
      const command = this.#file.commands[call.command];
      const refusedWhole = error instanceof Refusal && command !== undefined && messagesOf(command).length === 1;
      if (!refusedWhole || !await listening?.forgotten()) throw error;
      await listening?.settled();
      return await this.#execute(call);
    }
  }

  #execute(call: AdapterCall): Promise<unknown> {
    return execute(call.command, call, {
      file: this.#file,
      contents: this.#options.loaded.contents,
      questions: this.#connected(),
      host: this.#host,
      simulated: this.#simulator !== undefined,
      unique: this.#unique++,
      onSent: (message) => this.#sent(message),
    });
  }

  async snapshot(signal: AbortSignal): Promise<unknown> {
    const asked: Record<string, unknown> = {};
    for (const entry of this.#file.state) {
      if (!("ask" in entry)) continue;
      const scope = plainScope(this.#options.loaded.contents, this.#unique++);
      try {
        Object.assign(asked, readFields(entry.fields, await this.#connected().ask(entry.ask, scope, { signal })));
      } catch (error) {
        // what it refuses to say is not known
        if (!(error instanceof Refusal)) throw error;
        for (const name of Object.keys(entry.fields)) asked[name] = null;
      }
    }
    return { ...this.#state.values, ...asked };
  }

  /** Asks a program that the bridge has started to end by itself, and waits until it answers no more. */
  async quit(): Promise<void> {
    const { launch, ping } = this.#file;
    if (launch?.quit === undefined || this.#questions === undefined) return;
    const scope = plainScope(this.#options.loaded.contents, this.#unique++);
    const { address, args } = messageOf(launch.quit, scope);
    this.#questions.transport.send(address, args);
    const patience = AbortSignal.timeout(QUIT_MS);
    try {
      while (ping !== undefined) {
        const reply = { ...ping.reply, timeoutMs: QUIT_MS / 10 };
        await this.#questions.ask({ ...ping, reply }, scope, { signal: patience, attempts: 1 });
      }
    } catch {
      // it is gone, or made to end: that is what was wanted
    }
  }

  heard(message: Heard): void {
    this.#listening?.heard(message.address);
    const cause = this.#state.take(message, { sent: false });
    if (cause !== undefined) this.#host.state(cause);
    report(this.#file, message, this.#host);
  }

  #sent({ address, args }: OscMessage): void {
    const values = args.map((arg) => typeof arg === "object" && arg !== null && "value" in arg ? arg.value : arg);
    this.#state.take({ address, args: OscValues.parse(values) }, { sent: true });
  }

  #connect(host: AdapterHost, events: TransportEvents): Promise<OscTransport> {
    const file = this.#file;
    const scope = plainScope(this.#options.loaded.contents, this.#unique++);
    const { ping, appVersion, replyFrom } = file;
    const simulator = this.#simulator;
    return openOsc({
      host: simulator === undefined ? file.host : "127.0.0.1",
      port: simulator?.port ?? file.port,
      ...(simulator !== undefined || file.localPort === undefined ? {} : { localPort: file.localPort }),
      ...(simulator !== undefined || replyFrom === undefined ? {} : { replyFrom }),
      ...(ping === undefined ? {} : {
        ping: {
          ...messageOf(ping, scope),
          args: [...messageOf(ping, scope).args],
          reply: ping.reply.address ?? ping.address,
          ids: valuesOf(ping.reply.begins, scope),
        },
      }),
      ...(appVersion === undefined ? {} : {
        peer: async (transport, signal) => {
          const { args } = await new Questions(transport, this.#complaints).ask(appVersion, scope, { signal });
          return { appVersion: appVersion.from.map((at) => String(args[at] ?? "")).join(".").replaceAll("..", ".") };
        },
      }),
      alsoNotify: ({ address }) => listensTo(file, address),
      timeoutMs: file.timeoutMs,
      attempts: file.attempts,
      settleMs: file.settleMs,
    })(host, {
      onNotification: (address, values) => {
        if (this.#complaints.heard(address, OscValues.parse(values))) return;
        events.onNotification(address, values);
      },
    });
  }

  /** The same connection, whose signs of life are noticed and whose end is announced. */
  #watched(transport: OscTransport, listening: Listening): Transport {
    const { ping } = transport;
    return {
      peer: transport.peer,
      closed: transport.closed,
      request: (method, params, options) => transport.request(method, params, options),
      notify: (method, params) => transport.notify(method, params),
      fail: (reason) => transport.fail?.(reason),
      ...(ping === undefined ? {} : {
        ping: async () => {
          try {
            const answer = await ping();
            listening.answered(true);
            return answer;
          } catch (error) {
            listening.answered(false);
            throw error;
          }
        },
      }),
      async [Symbol.asyncDispose]() {
        await using _transport = transport;
        await listening[Symbol.asyncDispose]();
      },
    };
  }

  #connected(): Questions {
    if (this.#questions === undefined) {
      throw PatchbayError.of("APP_NOT_CONNECTED", `${this.#file.title} is not connected`);
    }
    return this.#questions;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#simulator?.[Symbol.asyncDispose]();
  }
}
