/** What a transport asks of its bridge, for a client that has none. */
import type { AdapterHost } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";

export function loneHost(signal: AbortSignal = new AbortController().signal): AdapterHost {
  const noStore = () =>
    Promise.reject(PatchbayError.of("BUS_UNAVAILABLE", "A client of its own has no store of assets"));
  return {
    app: "cascadeur",
    bridge: "client",
    bridgeVersion: "0",
    allowCode: true,
    workDir: "",
    signal,
    state() {},
    event() {},
    channel() {},
    waiting() {},
    troubled() {},
    lost() {},
    putAsset: noStore,
    getAsset: noStore,
  };
}
