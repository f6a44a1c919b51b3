/** The Cascadeur bridge as whoever starts bridges sees it: `cascadeur`, `cascadeur:"/opt/cascadeur 2026"`. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { installedVersion } from "./app_files.ts";
import { findCascadeur } from "./find.ts";
import { installServer } from "./install.ts";
import { cascadeur } from "./manifest.ts";
import { startCascadeurBridge } from "./start.ts";

export const bridge: BridgeDefinition = {
  app: cascadeur.app,
  title: cascadeur.title,
  argument: "the folder that Cascadeur is installed in",
  async find({ argument } = {}) {
    try {
      const { folder, scripts } = await findCascadeur(argument === undefined ? {} : { path: argument });
      const version = await installedVersion(scripts);
      if (version === cascadeur.version) return { found: true, what: `Cascadeur in ${folder}, with Patchbay's server` };
      const lack = version === undefined ? "without Patchbay's server" : `with Patchbay's server ${version}`;
      return {
        found: version !== undefined,
        what: `Cascadeur in ${folder}, ${lack}`,
        remedy: `Install it (${cascadeur.version}): \`patchbay install cascadeur\`.`,
      };
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.code !== "APP_NOT_FOUND") throw error;
      return { found: false, what: error.message, remedy: error.remedy };
    }
  },
  install({ target }) {
    return installServer(target === undefined ? {} : { targetDir: target });
  },
  /** It links itself to whichever Cascadeur runs: the folder matters to `find` alone. */
  start: ({ argument: _, ...options }) => startCascadeurBridge(options),
};
