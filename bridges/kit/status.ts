/** The state machine of a bridge: `initializing -> connected (idle | executing) -> degraded -> disconnected`, always with a reason. */
import type { BridgeConnection, BridgeStatus, BridgeStatusEvent, ErrorCode } from "@patchbay/contracts";
import type { Bus } from "@patchbay/bus";
import type { Application } from "./application.ts";
import type { CommandQueue } from "./command_queue.ts";
import type { BridgeLease } from "./fence.ts";

export interface StatusOptions<S> {
  bus: Bus;
  application: Application<S>;
  queue: CommandQueue;
  lease: BridgeLease;
  /** The bridge has become `connected`, `degraded`, … */
  onTransition(transition: BridgeStatusEvent): void;
}

interface State {
  status: BridgeStatus;
  reason: string;
  code?: ErrorCode | undefined;
}

const MAX_REASON = 500;

export class Status<S> {
  readonly #options: StatusOptions<S>;
  #last: BridgeConnection = "initializing";
  #begun = false;
  #draining: { reason: string; code?: ErrorCode } | undefined;
  /** Why the bus is away. */
  busReason = "it is not connected";

  constructor(options: StatusOptions<S>) {
    this.#options = options;
  }

  get status(): BridgeStatus {
    return this.#state.status;
  }

  get reason(): string {
    return this.#state.reason.slice(0, MAX_REASON);
  }

  /** Whether this bridge may take commands: it has its lease, and the bus is there. */
  get serves(): boolean {
    const { bus, lease } = this.#options;
    return this.#draining === undefined && this.#begun && bus.connected && lease.valid();
  }

  /** Whether it can run commands now, and should have its share of those for any bridge. */
  get takesAny(): boolean {
    return this.serves && this.#options.application.status === "idle";
  }

  /** It serves from now on. */
  begin(): void {
    this.#begun = true;
    this.update();
  }

  /** It takes nothing new from now on. */
  drain(why?: { reason: string; code: ErrorCode }): void {
    this.#draining ??= why ?? { reason: "finishes what it accepted, and takes nothing new" };
    this.update();
  }

  /** Something may have changed: raises the transition, if it is one. */
  update(): Readonly<State> {
    const state = this.#state;
    const { status, reason, code } = state;
    const to: BridgeConnection = status === "idle" || status === "executing" ? "connected" : status;
    const from = this.#last;
    if (from === to) return state;
    this.#last = to;
    const said = { from, to, reason: reason.slice(0, MAX_REASON) };
    this.#options.onTransition(code === undefined ? said : { ...said, code });
    return state;
  }

  get #state(): State {
    const { application, queue, bus, lease } = this.#options;
    if (this.#draining !== undefined) return { status: "draining", ...this.#draining };
    if (!this.#begun) return { status: "initializing", reason: lease.reason };
    const { status, reason, code } = application;
    if (status !== "idle") return { status, reason, code };
    if (!bus.connected) {
      return { status: "degraded", reason: `the bus is away: ${this.busReason}`, code: "BUS_UNAVAILABLE" };
    }
    if (!lease.valid()) return { status: "degraded", reason: lease.reason, code: "LEASE_LOST" };
    return { status: queue.executing ? "executing" : "idle", reason };
  }
}
