/** The Blender bridge as whoever starts bridges sees it: `blender`, `blender:/opt/blender-4.5/blender`. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { findBlender } from "./find.ts";

export const bridge: BridgeDefinition = {
  app: "blender",
  title: "Blender",
  argument: "the Blender to start",
  toConnect: "open it with the Patchbay add-on ticked (`patchbay install blender` puts the add-on there)",
  async find({ argument } = {}) {
    try {
      return { found: true, what: `Blender at ${await findBlender(program(argument))}` };
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.code !== "APP_NOT_FOUND") throw error;
      return { found: false, what: error.message, remedy: error.remedy };
    }
  },
  async install({ target, version, signal }) {
    const { installAddon } = await import("./install.ts");
    return await installAddon({
      ...(version === undefined ? {} : { blenderVersion: version }),
      ...(target === undefined ? {} : { targetDir: target }),
      ...(signal === undefined ? {} : { signal }),
    });
  },
  async stage(options) {
    const { stageBlender } = await import("./stage.ts");
    return await stageBlender(options);
  },
  async start({ argument, ...options }) {
    const { path } = program(argument);
    const { startBlenderBridge } = await import("./start.ts");
    return await startBlenderBridge({ ...options, ...(path === undefined ? {} : { blenderPath: path }) });
  },
};

const program = (argument: string | undefined): { path?: string } => argument === undefined ? {} : { path: argument };
