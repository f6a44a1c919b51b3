/** The Cascadeur bridge as whoever starts bridges sees it: `cascadeur`, `cascadeur:"/opt/cascadeur 2026"`. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { installedVersion } from "./app_files.ts";
import { findCascadeur } from "./find.ts";
import { VERSION } from "./version.ts";

export const bridge: BridgeDefinition = {
  app: "cascadeur",
  title: "Cascadeur",
  argument: "the folder that Cascadeur is installed in",
  needsWindow: true,
  toConnect: "start Cascadeur: Patchbay's server starts with it",
  async find({ argument } = {}) {
    try {
      const { folder, scripts } = await findCascadeur(argument === undefined ? {} : { path: argument });
      const version = await installedVersion(scripts);
      if (version === VERSION) return { found: true, what: `Cascadeur in ${folder}, with Patchbay's server` };
      const lack = version === undefined ? "without Patchbay's server" : `with Patchbay's server ${version}`;
      return {
        found: version !== undefined,
        incomplete: true,
        what: `Cascadeur in ${folder}, ${lack}`,
        remedy: `Install it (${VERSION}): \`patchbay install cascadeur\`.`,
      };
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.code !== "APP_NOT_FOUND") throw error;
      return { found: false, what: error.message, remedy: error.remedy };
    }
  },
  async install({ target }) {
    const { installServer } = await import("./install.ts");
    return await installServer(target === undefined ? {} : { targetDir: target });
  },
  async stage(options) {
    const { stageCascadeur } = await import("./stage.ts");
    return await stageCascadeur(options);
  },
  /** It links itself to whichever Cascadeur runs: the folder matters to `find` alone. */
  async start({ argument: _, ...options }) {
    const { startCascadeurBridge } = await import("./start.ts");
    return await startCascadeurBridge(options);
  },
};
