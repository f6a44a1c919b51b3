/** The TouchDesigner bridge as whoever starts bridges sees it: `touchdesigner`, `touchdesigner:9980` for a fixed port. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { findTouchDesigner } from "./find.ts";
import { installedComponent } from "./install.ts";

export const bridge: BridgeDefinition = {
  app: "touchdesigner",
  title: "TouchDesigner",
  argument: "the port that TouchDesigner dials",
  needsWindow: true,
  toConnect: "open a project that has the Patchbay component",
  async find() {
    const path = await findTouchDesigner();
    if (path === undefined) {
      return {
        found: false,
        what: "Cannot find TouchDesigner",
        remedy:
          "Install it from derivative.ca, or say where it is in PATCHBAY_TOUCHDESIGNER; then `patchbay install touchdesigner`.",
      };
    }
    if (await installedComponent() !== undefined) return { found: true, what: `TouchDesigner at ${path}` };
    return {
      found: true,
      incomplete: true,
      what: `TouchDesigner at ${path}, without the Patchbay component`,
      remedy: "Install it: `patchbay install touchdesigner`; a project that has it already needs nothing.",
    };
  },
  async install({ target }) {
    const { installComponent } = await import("./install.ts");
    return await installComponent(target === undefined ? {} : { targetDir: target });
  },
  async stage(options) {
    const { stageTouchDesigner } = await import("./stage.ts");
    return await stageTouchDesigner(options);
  },
  async start({ argument, ...options }) {
    const port = argument === undefined ? {} : { port: portOf(argument) };
    const { startTouchDesignerBridge } = await import("./start.ts");
    return await startTouchDesignerBridge({ ...options, ...port });
  },
};

/** @throws {PatchbayError} `INVALID_CONFIGURATION` */
function portOf(argument: string): number {
  const port = /^\d{1,5}$/.test(argument) ? Number(argument) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw PatchbayError.of(
    "INVALID_CONFIGURATION",
    `Cannot listen for TouchDesigner on '${argument}': a port is 1 to 65535`,
  );
}
