/** Bridges to scripts as whoever starts bridges sees them: `script:lights.py`, each an application of its own. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";

const ARGUMENT = "a script (lights.py, lights.ts), its YAML file, or listen:NAME for one that dials";

export const bridge: BridgeDefinition = {
  app: "script",
  title: "Script",
  argument: ARGUMENT,
  async from(argument) {
    const { readScript } = await import("./script_file.ts");
    const script = await readScript(argument);
    return {
      app: script.app,
      title: script.title,
      argument: ARGUMENT,
      async start({ argument: _, ...options }) {
        const { startScriptBridge } = await import("./start.ts");
        return await startScriptBridge({ ...options, script });
      },
    };
  },
  start() {
    throw PatchbayError.of("INVALID_CONFIGURATION", "Cannot start a script's bridge: no script is named", {
      remedy: `Name ${ARGUMENT}: \`patchbay bridge script:lights.py\`.`,
    });
  },
};
