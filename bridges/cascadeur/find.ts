/** Finds Cascadeur on this machine. */
import { PatchbayError } from "@patchbay/contracts";
import { join } from "node:path";

export interface FindOptions {
  /** Cascadeur's folder. Looked at first, and then nowhere else. */
  path?: string;
  /** @default this process's environment */
  env?: { get(name: string): string | undefined };
  /** @default this machine's */
  os?: typeof Deno.build.os;
}

/** One installed Cascadeur. */
export interface FoundCascadeur {
  /** The folder that `resources` lies in. */
  folder: string;
  /** Where its Python looks for scripts. */
  scripts: string;
  /** The program itself. */
  program: string;
}

/** Below the folder of the program. */
const SCRIPTS = join("resources", "scripts", "python");

/**
 * The option, `$PATCHBAY_CASCADEUR`, then the usual places of the operating system.
 * @throws {PatchbayError} `APP_NOT_FOUND` with the places that were looked at in `context.tried`
 */
export async function findCascadeur(options: FindOptions = {}): Promise<FoundCascadeur> {
  const env = options.env ?? Deno.env;
  const os = options.os ?? Deno.build.os;
  const named = options.path ?? env.get("PATCHBAY_CASCADEUR");
  const folders = named === undefined ? await usualPlaces(env, os) : [named];
  // what a person names may be the application itself
  const candidates = folders.flatMap((folder) => [folder, join(folder, "Contents", "MacOS")]);
  for (const folder of candidates) {
    const scripts = join(folder, SCRIPTS);
    const program = join(folder, os === "windows" ? "cascadeur.exe" : "cascadeur");
    if (await isFolder(scripts)) return { folder, scripts, program };
  }
  throw new PatchbayError("APP_NOT_FOUND", named ? `There is no Cascadeur in '${named}'` : "Cannot find Cascadeur", {
    context: { tried: candidates },
    remedy: "Install Cascadeur, or say in which folder it is: with `--target`, or in PATCHBAY_CASCADEUR.",
  });
}

type Env = NonNullable<FindOptions["env"]>;

async function usualPlaces(env: Env, os: string): Promise<string[]> {
  const home = env.get("HOME") ?? "";
  if (os === "windows") {
    const programs = env.get("ProgramFiles") ?? "C:\\Program Files";
    return [join(programs, "Cascadeur"), ...await named(programs)];
  }
  if (os === "darwin") return [...await named("/Applications"), ...await named(join(home, "Applications"))];
  return [...await named("/opt"), ...await named(join(home, "Applications")), ...await named(home)];
}

/** The folders whose name begins with `cascadeur`, the highest version first. */
async function named(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) if (isDirectory) names.push(name);
  } catch {
    return []; // there is no such folder
  }
  return names.filter((name) => name.toLowerCase().startsWith("cascadeur"))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
    .map((name) => join(folder, name));
}

async function isFolder(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isDirectory ?? false;
}
