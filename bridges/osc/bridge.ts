/** The OSC bridge as whoever starts bridges sees it: `osc:lights.yaml`, `osc:supercollider`, `osc:touchosc?host=10.0.0.5`. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import type { LoadedManifest } from "./manifest_file/read.ts";
import { SHIPPED } from "./shipped.ts";

export const bridge: BridgeDefinition = {
  app: "osc",
  title: "OSC",
  argument: `a manifest file, or one of ${SHIPPED.join(", ")}`,
  async from(argument) {
    const { findManifest } = await import("./find_manifest.ts");
    return definitionOf(await findManifest(argument));
  },
  shipped: SHIPPED,
  async find({ quietly } = {}) {
    const found = quietly !== true && await isHere("scsynth");
    return found
      ? { found, what: "OSC: SuperCollider's server is here (osc:supercollider); another program by its manifest file" }
      : { found, what: "OSC: which program it is, a manifest file says", remedy: NAME_ONE };
  },
  start() {
    return Promise.reject(
      PatchbayError.of("INVALID_CONFIGURATION", "Cannot start osc: which program is it?", { remedy: NAME_ONE }),
    );
  },
};

const NAME_ONE = `Name a manifest file, osc:lights.yaml, or one that is here: ${
  SHIPPED.map((name) => `osc:${name}`).join(", ")
}.`;

/** The application is the one that the file names. */
function definitionOf(loaded: LoadedManifest): BridgeDefinition {
  const { app, title, host, port } = loaded.file;
  return {
    app,
    title,
    argument: "its manifest file",
    find: () => Promise.resolve({ found: true, what: `${title}, expected at ${host}:${port}` }),
    async stage(options) {
      const { stageOsc } = await import("./stage.ts");
      return await stageOsc(loaded, options);
    },
    async start({ argument: _, ...options }) {
      const { startOscBridge } = await import("./start.ts");
      return await startOscBridge({ ...options, loaded });
    },
  };
}

async function isHere(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["-v"], stdin: "null", stdout: "null", stderr: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}
