/** What goes wrong with a bridge, told to whoever listens: as an event each time, as an alert where a person must look. */
import {
  type Alert,
  BridgeFailureEvent,
  envelope,
  JsonObject,
  type PatchbayError,
  subjects,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { BridgeSelf } from "./bridge_self.ts";
import type { Signals } from "./signals.ts";
import type { Spool } from "./spool/spool.ts";

const log = logger("bridge");
const MAX_MESSAGE = 1_000;

export class Troubles {
  readonly #parts: { self: BridgeSelf; signals: Signals; spool: Spool };

  constructor(parts: { self: BridgeSelf; signals: Signals; spool: Spool }) {
    this.#parts = parts;
  }

  /** Raises the event `bridge_failure`. */
  failure(error: PatchbayError): void {
    const message = error.message.slice(0, MAX_MESSAGE);
    const data = BridgeFailureEvent.parse({ code: error.code, message, ...contextOf(error) });
    this.#parts.signals.ownEvent("bridge_failure", JsonObject.parse(data));
  }

  /** Raises an alert, beside the event. */
  alert(error: PatchbayError): void {
    this.failure(error);
    const { self: { source, bridge, manifest: { app } }, spool } = this.#parts;
    log.error("{source}: {error}", { source, error: error.message });
    // a bridge has the right to these two: what is critical to the studio, it cannot know
    const severity = error.severity === "info" || error.severity === "warning" ? "warning" : "error";
    const { code, message, remedy } = error;
    const payload: Alert = { severity, code, message, remedy, at: Date.now(), app, bridge, ...contextOf(error) };
    spool.add(subjects.alert(severity), envelope({ type: "error", payload, source }));
  }
}

function contextOf({ context }: PatchbayError): { context?: JsonObject } {
  const parsed = JsonObject.safeParse(context);
  return parsed.success && Object.keys(parsed.data).length > 0 ? { context: parsed.data } : {};
}
