/** Puts AbletonOSC where Live looks for remote scripts: `patchbay install ableton --from FOLDER`. The script is not Patchbay's to ship. */
import { PatchbayError } from "@patchbay/contracts";
import { basename, join, relative } from "node:path";

export interface InstallOptions {
  /** Where AbletonOSC was unpacked. Without it only what is there is looked at. */
  from?: string;
  /** @default `Remote Scripts` of Live's User Library */
  targetDir?: string;
}

export interface Installed {
  /** The script's folder. */
  path: string;
  /** What the user does next. */
  next: string;
}

/** Live takes the name of the folder for the name of the control surface. */
export const SCRIPT_FOLDER = "AbletonOSC";
const SOURCE = "https://github.com/ideoforms/AbletonOSC";
/** What makes a folder AbletonOSC. */
const SIGNS = ["__init__.py", "manager.py", join("abletonosc", "__init__.py")];
const CHOOSE =
  "Start Live again, and choose AbletonOSC as a control surface in Settings > Link, Tempo & MIDI. Its status bar says 'Listening for OSC on port 11000'.";
/** Python's own leavings, and what git keeps. */
const LEFT_OUT = new Set([".git", "__pycache__", "logs", ".github", "tests"]);

/**
 * Copies the script into place; an older copy of it is replaced.
 * @throws {PatchbayError} `NOT_FOUND` for a folder that holds no AbletonOSC, or with where to get it, `CONFLICT` for one of its name that is something else, `INVALID_CONFIGURATION` where Live's folder is not known
 */
export async function installScript({ from, targetDir = remoteScripts() }: InstallOptions = {}): Promise<Installed> {
  if (targetDir === undefined) {
    throw PatchbayError.of("INVALID_CONFIGURATION", "Cannot install: Live does not run on this system", {
      remedy: "Name Live's folder for remote scripts with `--target FOLDER`.",
    });
  }
  const path = join(targetDir, SCRIPT_FOLDER);
  if (from === undefined) {
    const there = await installedScript(targetDir);
    if (there !== undefined) return { path: there, next: CHOOSE };
    throw PatchbayError.of("NOT_FOUND", `AbletonOSC is not in ${targetDir}, and Patchbay does not ship it`, {
      remedy:
        `Download it from ${SOURCE} (Code > Download ZIP), unpack it, and run \`patchbay install ableton --from FOLDER\`.`,
    });
  }
  const source = await sourceIn(from);
  if (await exists(path) && !await isScript(path)) {
    throw PatchbayError.of("CONFLICT", `Cannot install into ${path}: there is something else`, {
      remedy: "Name another folder with `--target`, or move away what lies there.",
    });
  }
  const next = `${path}.new`;
  await remove(next);
  await copy(source, next);
  await remove(path);
  await Deno.rename(next, path);
  return { path, next: CHOOSE };
}

/** The script's folder, where it lies in Live's folder. */
export async function installedScript(folder: string): Promise<string | undefined> {
  const path = join(folder, SCRIPT_FOLDER);
  return await isScript(path) ? path : undefined;
}

/** Live's folder for remote scripts; `undefined` where Live does not run. */
export function remoteScripts(
  { env = Deno.env, os = Deno.build.os }: {
    env?: { get(name: string): string | undefined };
    os?: typeof Deno.build.os;
  } = {},
): string | undefined {
  const library = ["User Library", "Remote Scripts"];
  if (os === "windows") return join(env.get("USERPROFILE") ?? "", "Documents", "Ableton", ...library);
  if (os === "darwin") return join(env.get("HOME") ?? "", "Music", "Ableton", ...library);
  return undefined;
}

/** What was unpacked may be the folder itself, or hold it: `AbletonOSC-master`. */
async function sourceIn(from: string): Promise<string> {
  if (await isScript(from)) return from;
  try {
    for await (const { name, isDirectory } of Deno.readDir(from)) {
      if (isDirectory && await isScript(join(from, name))) return join(from, name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof Deno.errors.NotADirectory)) throw error;
  }
  throw PatchbayError.of("NOT_FOUND", `Cannot install: there is no AbletonOSC in ${basename(from)}`, {
    context: { expected: SIGNS },
    remedy: `Unpack the archive from ${SOURCE}, and name the folder that holds manager.py.`,
  });
}

async function isScript(path: string): Promise<boolean> {
  const found = await Promise.all(SIGNS.map((file) => exists(join(path, file))));
  return found.every(Boolean);
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (LEFT_OUT.has(name)) continue;
    // links are left out: an archive's may lead anywhere
    if (isDirectory) await copy(join(from, name), join(to, relative(from, join(from, name))));
    else if (isFile) await Deno.copyFile(join(from, name), join(to, name));
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  if (await exists(path)) await Deno.remove(path, { recursive: true });
}
