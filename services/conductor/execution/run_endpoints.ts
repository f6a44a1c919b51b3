/** What the conductor answers about runs, besides each run itself. */
import { type Bus, serviceEndpoint } from "@patchbay/bus";
import { SERVICES } from "@patchbay/contracts";
import { RunList } from "./run_list.ts";

const { runs } = SERVICES.conductor;

export function runEndpoints(bus: Bus) {
  const list = new RunList(bus);
  return [
    serviceEndpoint("conductor", "runs", {
      payload: runs.request,
      handler: async ({ payload, signal }) => ({ runs: await list.list({ ...payload, signal }) }),
    }),
  ];
}
