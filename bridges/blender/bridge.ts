/** The Blender bridge as whoever starts bridges sees it: `blender`, `blender:/opt/blender-4.5/blender`. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { findBlender } from "./find.ts";
import { installAddon } from "./install.ts";
import { blender } from "./manifest.ts";
import { startBlenderBridge } from "./start.ts";

export const bridge: BridgeDefinition = {
  app: blender.app,
  title: blender.title,
  argument: "the Blender to start",
  async find({ argument } = {}) {
    try {
      return { found: true, what: `Blender at ${await findBlender(program(argument))}` };
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.code !== "APP_NOT_FOUND") throw error;
      return { found: false, what: error.message, remedy: error.remedy };
    }
  },
  install({ target, version, signal }) {
    return installAddon({
      ...(version === undefined ? {} : { blenderVersion: version }),
      ...(target === undefined ? {} : { targetDir: target }),
      ...(signal === undefined ? {} : { signal }),
    });
  },
  start({ argument, ...options }) {
    const { path } = program(argument);
    return startBlenderBridge({ ...options, ...(path === undefined ? {} : { blenderPath: path }) });
  },
};

const program = (argument: string | undefined): { path?: string } => argument === undefined ? {} : { path: argument };
