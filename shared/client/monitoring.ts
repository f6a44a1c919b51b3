/** How commands do, and what the studio does about errors. */
import { type AppName, MonitoringRecord, type MonitoringSettings, Statistics } from "@patchbay/contracts";
import type { z } from "zod";
import type { CallOptions, Http } from "./http.ts";

/** Settings as a person writes them: what is left out is as usual. */
export type MonitoringDraft = z.input<typeof MonitoringSettings>;

export const monitoring = (http: Http) => ({
  /** How often each command ran within a day, how long it took, how it failed; and what was done about errors. */
  statistics: ({ app, ...options }: CallOptions & { app?: AppName } = {}): Promise<Statistics> =>
    http.call({ method: "GET", path: "/v1/statistics", query: { app } }, Statistics, options),
  /** How many errors raise an alert, and what is done about them. */
  get: (options?: CallOptions): Promise<MonitoringRecord> =>
    http.call({ method: "GET", path: "/v1/monitoring" }, MonitoringRecord, options),
  /** @param options `revision` is the one that the caller has seen @throws {PatchbayError} `CONFLICT` where it has passed */
  put: (
    settings: MonitoringDraft,
    { revision, ...options }: CallOptions & { revision?: number } = {},
  ): Promise<MonitoringRecord> => {
    const headers = revision === undefined ? {} : { "If-Match": `"${revision}"` };
    return http.call({ method: "PUT", path: "/v1/monitoring", json: settings, headers }, MonitoringRecord, options);
  },
});
