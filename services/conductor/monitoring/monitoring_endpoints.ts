/** What the conductor answers about how commands do. */
import { serviceEndpoint } from "@patchbay/bus";
import { SERVICES } from "@patchbay/contracts";
import type { Monitor } from "./monitor.ts";
import type { MonitoringStore } from "./monitoring_settings.ts";

const { statistics, monitoring, put_monitoring } = SERVICES.conductor;

export const monitoringEndpoints = ({ monitor, settings }: { monitor: Monitor; settings: MonitoringStore }) => [
  serviceEndpoint("conductor", "statistics", {
    payload: statistics.request,
    handler: ({ payload }) => Promise.resolve(monitor.statistics(payload.app)),
  }),
  serviceEndpoint("conductor", "monitoring", {
    payload: monitoring.request,
    handler: () => settings.get(),
  }),
  serviceEndpoint("conductor", "put_monitoring", {
    payload: put_monitoring.request,
    handler: ({ payload }) => settings.put(payload.settings, payload.revision),
  }),
];
