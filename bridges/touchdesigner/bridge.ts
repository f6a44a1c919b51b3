/** The TouchDesigner bridge as whoever starts bridges sees it: `touchdesigner`, `touchdesigner:9980` for a fixed port. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { findTouchDesigner } from "./find.ts";
import { installComponent } from "./install.ts";
import { touchdesigner } from "./manifest.ts";
import { startTouchDesignerBridge } from "./start.ts";

export const bridge: BridgeDefinition = {
  app: touchdesigner.app,
  title: touchdesigner.title,
  argument: "the port that TouchDesigner dials",
  async find() {
    const path = await findTouchDesigner();
    if (path !== undefined) return { found: true, what: `TouchDesigner at ${path}` };
    return {
      found: false,
      what: "Cannot find TouchDesigner",
      remedy:
        "Install it from derivative.ca, or say where it is in PATCHBAY_TOUCHDESIGNER; then `patchbay install touchdesigner`.",
    };
  },
  install({ target }) {
    return installComponent(target === undefined ? {} : { targetDir: target });
  },
  async start({ argument, ...options }) {
    return await startTouchDesignerBridge({
      ...options,
      ...(argument === undefined ? {} : { port: portOf(argument) }),
    });
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
