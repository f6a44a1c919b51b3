/** Finds what an item names: a bridge of this checkout, or one in a folder of its own. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type BridgeDefinition, isBridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { APPLICATIONS } from "../applications.ts";
import type { BridgeItem } from "./item.ts";

/** @throws {PatchbayError} `UNKNOWN_APP` with what there is; `INVALID_CONFIGURATION` for a folder that holds no bridge */
export async function loadBridge({ kind, argument, text }: BridgeItem): Promise<BridgeDefinition> {
  const definition = "app" in kind ? known(kind.app) : await fromFolder(kind.folder);
  if (argument !== undefined && definition.argument === undefined) {
    throw PatchbayError.of(
      "INVALID_CONFIGURATION",
      `Cannot start '${text}': ${definition.title} takes nothing after ':'`,
    );
  }
  return argument === undefined ? definition : await definition.from?.(argument) ?? definition;
}

function known(app: string): BridgeDefinition {
  const found = APPLICATIONS.find((application) => application.app === app);
  if (found !== undefined) return found;
  const available = APPLICATIONS.map((application) => application.app);
  throw PatchbayError.of("UNKNOWN_APP", `Cannot start '${app}': there is ${available.join(", ")}`, {
    context: { available },
    remedy: "Name one of these, or the folder of a bridge of your own: `patchbay bridge ./my-bridge`.",
  });
}

async function fromFolder(folder: string): Promise<BridgeDefinition> {
  const path = join(resolve(folder.replace(/^~(?=$|[\\/])/, homedir())), "mod.ts");
  if (!await isFile(path)) throw noBridge(`there is no ${path}`);
  const { bridge, default: byDefault }: Record<string, unknown> = await import(pathToFileURL(path).href);
  const definition = bridge ?? byDefault;
  if (isBridgeDefinition(definition)) return definition;
  const what = definition === undefined ? "exports no `bridge`" : "exports a `bridge` that is no BridgeDefinition";
  throw noBridge(`${path} ${what}`);
}

const noBridge = (why: string) =>
  PatchbayError.of("INVALID_CONFIGURATION", `Cannot start a bridge: ${why}`, {
    remedy: "Name a folder whose mod.ts exports `bridge`; `patchbay new-bridge` writes one.",
  });

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
