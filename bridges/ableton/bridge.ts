/** The bridge to Ableton Live as whoever starts bridges sees it: `ableton`. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { findLive } from "./find.ts";
import { installScript } from "./install.ts";
import { ableton } from "./manifest.ts";
import { startAbletonBridge } from "./start.ts";

export const bridge: BridgeDefinition = {
  app: ableton.app,
  title: ableton.title,
  needsWindow: true,
  find: ({ signal } = {}) => findLive(signal === undefined ? {} : { signal }),
  install({ target, from }) {
    return installScript({
      ...(from === undefined ? {} : { from }),
      ...(target === undefined ? {} : { targetDir: target }),
    });
  },
  start({ mode, allowCode: _allowCode, argument: _argument, ...options }) {
    if (mode !== "background") return startAbletonBridge({ ...options, mode });
    throw PatchbayError.of("INVALID_CONFIGURATION", "Cannot start Live without a window: it has no such mode", {
      remedy: "Start Live, and the bridge with the mode `interface`.",
    });
  },
};
