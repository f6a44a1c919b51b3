/** How errors are watched, as the studio has set it, in bucket `settings`. */
import { type Bus, openBucket } from "@patchbay/bus";
import { type MonitoringRecord, MonitoringSettings } from "@patchbay/contracts";
import { SETTINGS_KEY } from "./monitor.ts";

export interface MonitoringStore {
  get(): Promise<MonitoringRecord>;
  /** @throws {ConflictError} it has another revision than the one that is named */
  put(settings: MonitoringSettings, revision?: number): Promise<MonitoringRecord>;
}

export async function openMonitoringStore(bus: Bus, signal: AbortSignal): Promise<MonitoringStore> {
  const bucket = await openBucket(bus, "settings", MonitoringSettings, { signal });
  return {
    async get() {
      const found = await bucket.get(SETTINGS_KEY);
      if (found === undefined) return { settings: MonitoringSettings.parse({}), revision: 0 };
      return { settings: found.value, revision: found.revision };
    },
    async put(settings, revision) {
      if (revision === undefined) return { settings, revision: await bucket.put(SETTINGS_KEY, settings) };
      const kept = revision === 0
        ? await bucket.create(SETTINGS_KEY, settings)
        : await bucket.update(SETTINGS_KEY, settings, revision);
      return { settings, revision: kept };
    },
  };
}
