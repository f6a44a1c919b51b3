/** Puts the server where Cascadeur looks for scripts: `patchbay install cascadeur`. */
import type { InstalledPart } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { dirname, join } from "node:path";
import { appFiles, installedVersion, PACKAGE } from "./app_files.ts";
import { findCascadeur, type FindOptions } from "./find.ts";

export interface InstallOptions extends Pick<FindOptions, "env" | "os"> {
  /** Cascadeur's folder. @default found on this machine */
  targetDir?: string;
}

/**
 * Copies the server into place; an older copy is replaced, and nothing else is touched.
 * @throws {PatchbayError} `APP_NOT_FOUND`, `CONFLICT` for a folder of that name that is something else,
 * `INVALID_CONFIGURATION` where this person may not write
 */
export async function installServer({ targetDir, ...where }: InstallOptions = {}): Promise<InstalledPart> {
  const { scripts } = await findCascadeur({ ...where, ...(targetDir === undefined ? {} : { path: targetDir }) });
  try {
    await removeOlder(scripts);
    for (const { path, content } of await appFiles()) {
      const target = join(scripts, path);
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.writeFile(target, content);
    }
  } catch (cause) {
    if (!(cause instanceof Deno.errors.PermissionDenied)) throw cause;
    throw PatchbayError.of("INVALID_CONFIGURATION", `Cannot install into ${scripts}: you may not write there`, {
      cause,
      remedy: Deno.build.os === "windows"
        ? "Run the command again in a terminal that was started as administrator."
        : `Run the command again as a user who may write there, or make ${scripts} yours.`,
    });
  }
  return {
    path: scripts,
    next: "Start Cascadeur again: the server starts with it, and Commands > Patchbay > Status says so in its console.",
  };
}

async function removeOlder(scripts: string): Promise<void> {
  const folder = join(scripts, PACKAGE);
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
  if (names.length > 0 && await installedVersion(scripts) === undefined) {
    throw PatchbayError.of("CONFLICT", `Cannot install into ${folder}: there is something else`, {
      remedy: "Move away what lies there, and install again.",
    });
  }
  if (names.length > 0) await Deno.remove(folder, { recursive: true });
}
