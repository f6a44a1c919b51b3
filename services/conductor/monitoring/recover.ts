/** Does something about errors that keep coming from a bridge, and tells everybody what. */
import { type Bus, mirrorBucket, type PresenceMirror, publish, requestBridge } from "@patchbay/bus";
import {
  type Alert,
  envelope,
  type ErrorCode,
  ERRORS,
  formatAddress,
  fromProblem,
  type MonitoringSettings,
  newId,
  PatchbayError,
  Presence,
  Recovered,
  type Recovery,
  type RecoveryAction,
  Result,
  type Severity,
  subjects,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { Trip } from "./error_monitor.ts";
import { MOST_RECOVERIES, RECOVERY_WINDOW_MS, strategyFor } from "./recovery_strategy.ts";

export interface RecoverDeps {
  bus: Bus;
  here: PresenceMirror;
  signal: AbortSignal;
  /** How long an application may take to come back, in milliseconds. @default 60_000 */
  patienceMs?: number | undefined;
}

const PATIENCE_MS = 60_000;
const log = logger("conductor");

/** Recovers one bridge at a time each, and not for ever. */
export class Recoveries {
  readonly #deps: RecoverDeps;
  readonly #acting = new Set<string>();
  readonly #begun = new Map<string, number[]>();

  constructor(deps: RecoverDeps) {
    this.#deps = deps;
  }

  /** Raises the alert, and acts; resolves once it is known whether that helped. */
  async handle(trip: Trip, { strategies }: MonitoringSettings): Promise<void> {
    const address = formatAddress(trip);
    const code = trip.codes[0]!.code;
    const said = `${address}: ${trip.count} errors within ${Math.round(trip.windowMs / 1000)} s: ${
      trip.codes.slice(0, 5).map(({ code, count }) => `${count} × ${code}`).join(", ")
    }`;
    log.warn("{said}", { said });
    await this.#alert(trip, { severity: trip.severity, code, message: said, context: { trip } });
    if (this.#acting.has(address)) return;
    this.#acting.add(address);
    try {
      await this.#recover(trip, code, this.#actionFor(address, strategyFor(code, strategies)));
    } finally {
      this.#acting.delete(address);
    }
  }

  /** What has been tried often enough is a person's. */
  #actionFor(address: string, action: RecoveryAction): RecoveryAction {
    if (action === "escalate") return action;
    const now = Date.now();
    const begun = (this.#begun.get(address) ?? []).filter((at) => at > now - RECOVERY_WINDOW_MS);
    if (begun.length >= MOST_RECOVERIES) return "escalate";
    this.#begun.set(address, [...begun, now]);
    return action;
  }

  async #recover(trip: Trip, code: ErrorCode, action: RecoveryAction): Promise<void> {
    const { app, bridge, severity } = trip;
    const recovery: Recovery = {
      id: newId(),
      app,
      bridge,
      code,
      severity,
      action,
      status: "acting",
      reason: DOING[action],
      at: Date.now(),
    };
    const told = (status: Recovery["status"], reason: string) => {
      const ended: Recovery = { ...recovery, status, reason: reason.slice(0, 500), endedAt: Date.now() };
      return this.#tell(trip, ended);
    };
    if (action === "escalate") return await told("failed", `A person must look: ${ERRORS[code].remedy}`);
    await this.#tell(trip, recovery);
    try {
      if (action !== "wait") await this.#ask(trip, action);
      await this.#connected(trip);
      await told("succeeded", "The application is connected");
    } catch (error) {
      if (this.#deps.signal.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      await told("failed", `${why}. A person must look: ${ERRORS[code].remedy}`);
    }
  }

  /** @throws {PatchbayError} the bridge's own reason */
  async #ask({ app, bridge, codes }: Trip, action: "restart" | "reconnect"): Promise<void> {
    const { bus, here, signal, patienceMs = PATIENCE_MS } = this.#deps;
    const payload = {
      command: "_recover",
      args: { action, reason: `${codes[0]!.code} keeps coming` },
      priority: "high",
      timeoutMs: patienceMs,
    };
    const message = envelope({ type: "command", payload, source: "conductor", target: formatAddress({ app, bridge }) });
    const reply = await requestBridge(bus, here, {
      app,
      bridge,
      subject: (bridge) => subjects.command(app, bridge, "_recover"),
      message,
      payload: Result,
      timeoutMs: patienceMs,
      signal,
    });
    if (!reply.payload.ok) throw fromProblem(reply.payload.problem);
    const { done, reason } = Recovered.parse(reply.payload.value);
    if (!done) throw PatchbayError.of("CONFLICT", reason);
  }

  /** Resolves once the bridge says that it takes commands. @throws {PatchbayError} `DEADLINE_EXCEEDED` */
  async #connected({ app, bridge }: Trip): Promise<void> {
    const { bus, patienceMs = PATIENCE_MS } = this.#deps;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), patienceMs);
    const signal = AbortSignal.any([this.#deps.signal, late.signal]);
    const key = formatAddress({ app, bridge });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    signal.addEventListener("abort", () => resolve(false), { once: true });
    try {
      await using presence = await mirrorBucket(bus, "presence", Presence, {
        filter: key,
        signal,
        onChange: (change) => void (change.kind === "put" && takesCommands(change.value) && resolve(true)),
      });
      const now = presence.values.get(key)?.value;
      if (now !== undefined && takesCommands(now)) resolve(true);
      if (!await promise) {
        throw PatchbayError.of("DEADLINE_EXCEEDED", `${key} has not come back within ${patienceMs / 1000} s`);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #tell(trip: Trip, recovery: Recovery): Promise<void> {
    const { status, action, code, reason } = recovery;
    const severity = SEVERITY[status];
    log.info("{address}: {action} for {code} {status}: {reason}", {
      address: formatAddress(recovery),
      action,
      code,
      status,
      reason,
    });
    const message = `${formatAddress(recovery)}: ${action} because of ${code}: ${reason}`;
    return this.#alert(trip, { severity, code, message, context: { recovery } });
  }

  async #alert(
    { app, bridge }: Trip,
    { severity, code, message, context }: Pick<Alert, "severity" | "code" | "message" | "context">,
  ): Promise<void> {
    const { bus, signal } = this.#deps;
    const payload: Alert = {
      severity,
      code,
      message: message.slice(0, 1_000),
      remedy: ERRORS[code].remedy,
      at: Date.now(),
      app,
      bridge,
      ...(context === undefined ? {} : { context }),
    };
    await publish(bus, subjects.alert(severity), envelope({ type: "error", payload, source: "conductor" }), { signal });
  }
}

const takesCommands = ({ status }: Presence) => status === "idle" || status === "executing";

const DOING: Record<RecoveryAction, string> = {
  restart: "The application is started anew",
  reconnect: "The connection to the application is made anew",
  wait: "The bridge recovers by itself",
  escalate: "A person must look",
};

const SEVERITY: Record<Recovery["status"], Severity> = { acting: "warning", succeeded: "info", failed: "error" };
