/** The bridge to Ableton Live as whoever starts bridges sees it: `ableton`. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";

export const bridge: BridgeDefinition = {
  app: "ableton",
  title: "Ableton Live",
  needsWindow: true,
  toConnect: "start Live, and choose AbletonOSC as a control surface in Settings > Link, Tempo & MIDI",
  async find({ quietly, signal } = {}) {
    const { findLive } = await import("./find.ts");
    return await findLive({
      ...(quietly === undefined ? {} : { quietly }),
      ...(signal === undefined ? {} : { signal }),
    });
  },
  async install({ target, from }) {
    const { installScript } = await import("./install.ts");
    return await installScript({
      ...(from === undefined ? {} : { from }),
      ...(target === undefined ? {} : { targetDir: target }),
    });
  },
  async stage(options) {
    const { stageAbleton } = await import("./stage.ts");
    return await stageAbleton(options);
  },
  async start({ mode, allowCode: _allowCode, argument: _argument, ...options }) {
    const { startAbletonBridge } = await import("./start.ts");
    if (mode !== "background") return await startAbletonBridge({ ...options, mode });
    throw PatchbayError.of("INVALID_CONFIGURATION", "Cannot start Live without a window: it has no such mode", {
      remedy: "Start Live, and the bridge with the mode `interface`.",
    });
  },
};
