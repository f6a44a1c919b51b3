/** An {@linkcode Adapter} on any {@linkcode Transport}: what is the same for every application, however it is talked to. */
import { type AppManifest, type Id, PatchbayError } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type {
  Adapter,
  AdapterCall,
  AdapterHost,
  OpenedApplication,
  StepBack,
  SteppedBack as SteppedBackAnswer,
  UndoGroup,
} from "../adapter.ts";
import { GroupEnded, parseNotification, SteppedBack } from "../app_link/link_messages.ts";
import { type Launch, LaunchedApplication, START_TIMEOUT_MS } from "../supervision/launched_application.ts";
import { Pulse } from "../supervision/pulse.ts";
import type { OpenTransport, Transport } from "./transport.ts";

export interface TransportAdapterOptions {
  manifest: AppManifest;
  open: OpenTransport;
  /** Starts the application; `open` is then tried until it listens. Without it the bridge waits for the artist's own. */
  launch?: (context: { host: AdapterHost }) => Launch | Promise<Launch>;
  /** How long a started application may take until it can be reached, in milliseconds. @default 60_000 */
  startTimeoutMs?: number;
  /** Whether the bridge starts the application, and so may end it and start it again. @default whether it has `launch` */
  owned?: boolean;
  /** The application's main thread may be silent for so long, a command's own time aside, in milliseconds. @default 15_000 */
  silenceMs?: number;
  /** Between two questions for a sign of life, in milliseconds. @default a third of the silence */
  pingIntervalMs?: number;
  /** Runs one command. @default the request `execute` with `{ command, args, id }` */
  execute?: (call: AdapterCall, transport: Transport) => Promise<unknown>;
  /** What the application looks like now. @default the request `snapshot` */
  snapshot?: (signal: AbortSignal, transport: Transport) => Promise<unknown>;
  /** What the application says unasked. @default the App link's notifications: `event`, `state_changed`, `channel`, `log` */
  onNotification?: (method: string, params: unknown, host: AdapterHost) => void;
}

const SILENCE_MS = 15_000;

/**
 * Makes adapters for {@linkcode startBridge}.
 *
 * @example
 * ```ts
 * import { httpTransport, transportAdapter } from "@patchbay/bridge-kit";
 * import type { AppManifest } from "@patchbay/contracts";
 *
 * const poseAdapter = (pose: AppManifest, token: string) =>
 *   transportAdapter({
 *     manifest: pose,
 *     open: httpTransport({ url: "http://127.0.0.1:8765/", token }),
 *     execute: ({ command, args, signal, deadline }, transport) =>
 *       transport.request(command, args, { signal, deadline }),
 *     snapshot: (signal, transport) => transport.request("scene", {}, { signal }),
 *   });
 * ```
 */
export function transportAdapter(options: TransportAdapterOptions): (host: AdapterHost) => Adapter {
  return (host) => new TransportAdapter(options, host);
}

class TransportAdapter implements Adapter {
  readonly owned: boolean;
  /** Only where the application says that it can. */
  group: Adapter["group"];
  stepBack: Adapter["stepBack"];
  readonly #options: TransportAdapterOptions;
  readonly #host: AdapterHost;
  readonly #held = new AsyncDisposableStack();
  #launched: LaunchedApplication | undefined;
  #transport: Transport | undefined;
  #pulse: Pulse | undefined;
  /** Why the application is gone, once its transport is. */
  #gone: Promise<PatchbayError> | undefined;
  #closed = false;

  constructor(options: TransportAdapterOptions, host: AdapterHost) {
    this.#options = options;
    this.#host = host;
    this.owned = options.owned ?? options.launch !== undefined;
  }

  async open(): Promise<OpenedApplication> {
    const transport = await this.#reach();
    if (this.#host.signal.aborted) {
      await transport[Symbol.asyncDispose]();
      throw this.#host.signal.reason;
    }
    this.#transport = this.#held.use(transport);
    this.#gone = transport.closed.then(async (reason) => {
      this.#closed = true;
      return await this.#launched?.explain(reason) ?? reason;
    });
    this.#gone.then((error) => this.#host.lost(error));
    this.#watch(transport);
    const { appVersion, capabilities = {} } = transport.peer;
    if (capabilities["groups"] === true) this.group = (label, signal, id) => this.#group(label, signal, id);
    if (capabilities["step_back"] === true) this.stepBack = (step) => this.#stepBack(step);
    const { instance } = capabilities;
    return { appVersion, capabilities, ...(typeof instance === "string" ? { instance } : {}) };
  }

  async execute(call: AdapterCall): Promise<unknown> {
    const { command, args, id, signal, progress, deadline, live } = call;
    const params = { command, args, id, ...(live === true ? { live } : {}) };
    using _busy = this.#pulse?.busy(deadline);
    const value = await this.#ask((transport) =>
      this.#options.execute?.(call, transport) ??
        transport.request("execute", params, { signal, id, progress, deadline })
    );
    this.#pulse?.beat();
    return value;
  }

  async snapshot(signal: AbortSignal): Promise<unknown> {
    return await this.#ask((transport) =>
      this.#options.snapshot?.(signal, transport) ?? transport.request("snapshot", {}, { signal })
    );
  }

  async close(): Promise<void> {
    await this.#held.disposeAsync();
    await this.#gone;
  }

  async #stepBack({ direction, commandId, signal }: StepBack): Promise<SteppedBackAnswer> {
    const params = { direction, id: commandId };
    return SteppedBack.parse(await this.#ask((transport) => transport.request("step_back", params, { signal })));
  }

  async #group(label: string, signal: AbortSignal, id?: Id): Promise<UndoGroup> {
    const params = id === undefined ? { label } : { label, id };
    await this.#ask((transport) => transport.request("group_begin", params, { signal }));
    return {
      close: async (outcome) => {
        const { signal } = this.#host;
        const answer = await this.#ask((transport) => transport.request("group_end", { outcome }, { signal }));
        const ended = GroupEnded.safeParse(answer);
        return outcome === "undo" && ended.success && ended.data.undone;
      },
    };
  }

  async #ask(request: (transport: Transport) => Promise<unknown>): Promise<unknown> {
    const transport = this.#transport;
    if (transport === undefined) throw PatchbayError.of("APP_NOT_CONNECTED", `${this.#title} is not connected`);
    try {
      return await request(transport);
    } catch (error) {
      // the reason for the broken connection says more than that it broke
      throw this.#closed ? await this.#gone : error;
    }
  }

  async #reach(): Promise<Transport> {
    const { launch, open } = this.#options;
    const events = { onNotification: (method: string, params: unknown) => this.#heard(method, params) };
    if (launch === undefined) return await open(this.#host, events);
    const launched = this.#launched = this.#held.use(new LaunchedApplication(this.#title, this.#host));
    launched.start(await launch({ host: this.#host }));
    const timeoutMs = this.#options.startTimeoutMs ?? START_TIMEOUT_MS;
    return await launched.untilListening(timeoutMs, (signal) => open({ ...this.#host, signal }, events));
  }

  #watch(transport: Transport): void {
    if (transport.ping === undefined) return;
    const silenceMs = this.#options.silenceMs ?? SILENCE_MS;
    const { pingIntervalMs } = this.#options;
    this.#pulse = this.#held.use(
      new Pulse({
        silenceMs,
        ...(pingIntervalMs === undefined ? {} : { intervalMs: pingIntervalMs }),
        ping: () => transport.ping?.() ?? Promise.resolve(),
        onSilent: () => this.#silent(transport, silenceMs),
        onAlive: () => this.#host.troubled(undefined),
      }),
    );
  }

  /** The connection stands and the main thread is silent: a dialog, or a hang. An artist's own application is left alone. */
  #silent(transport: Transport, silenceMs: number): void {
    const silent = `${this.#title} has been silent for more than ${silenceMs} ms`;
    if (!this.owned) return this.#host.troubled(`${silent}: it is busy, shows a dialog, or hangs; look at it`);
    const reason = PatchbayError.of("APP_UNRESPONSIVE", `${silent}; it is started again`);
    if (transport.fail === undefined) this.#host.lost(reason);
    else transport.fail(reason);
  }

  #heard(method: string, params: unknown): void {
    // a log may come from any thread
    if (method !== "log") this.#pulse?.beat();
    const { onNotification } = this.#options;
    if (onNotification !== undefined) return onNotification(method, params, this.#host);
    const notification = parseNotification(method, params);
    switch (notification?.method) {
      case "event":
        return this.#host.event(notification.params.event, notification.params.data, notification.params.at);
      case "state_changed":
        return this.#host.state(notification.params.cause);
      case "channel":
        return this.#host.channel(notification.params.channel, notification.params.value, notification.params.at);
      case "log":
        return logger(["bridge", this.#host.app])[notification.params.level]("{message}", {
          message: notification.params.message,
        });
    }
  }

  get #title(): string {
    return this.#options.manifest.title;
  }
}
