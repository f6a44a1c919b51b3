/** What comes unasked becomes events and the values of channels. */
import { type AdapterHost, matchesOscPattern } from "@patchbay/bridge-kit";
import { logger } from "@patchbay/telemetry";
import { PatchbayError } from "@patchbay/contracts";
import type { ManifestFile } from "./manifest_file/manifest_file.ts";
import { type Heard, holds, readField, readFields } from "./wire/fields.ts";

const log = logger(["bridge", "osc"]);

/** Whether something of the file listens to an address: then it is heard although it may be an answer as well. */
export function listensTo({ events, channels, state }: ManifestFile, address: string): boolean {
  const patterns = [
    ...Object.values(events).map((event) => event.address),
    ...Object.values(channels).map((channel) => channel.address),
    ...state.flatMap((entry) =>
      "hear" in entry ? [entry.hear, ...("map" in entry && entry.remove ? [entry.remove.hear] : [])] : []
    ),
  ];
  return patterns.some((pattern) => matchesOscPattern(pattern, address));
}

/** Reports what a message means; one that holds something else than the file says is logged, and left out. */
export function report(
  { events, channels }: ManifestFile,
  message: Heard,
  host: Pick<AdapterHost, "event" | "channel">,
): void {
  for (const [name, { address, when, data }] of Object.entries(events)) {
    if (matchesOscPattern(address, message.address) && holds(when, message)) {
      tell(() => host.event(name, readFields(data, message)));
    }
  }
  for (const [name, { address, when, value, data }] of Object.entries(channels)) {
    if (matchesOscPattern(address, message.address) && holds(when, message)) {
      tell(() => host.channel(name, value === undefined ? readFields(data ?? {}, message) : readField(value, message)));
    }
  }
}

function tell(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof PatchbayError) || error.code !== "INVALID_RESULT") throw error;
    log.debug("{reason}", { reason: error.message });
  }
}
