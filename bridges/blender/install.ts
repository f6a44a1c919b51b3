/** Puts the add-on where Blender looks for it: `patchbay install blender`. */
import { PatchbayError } from "@patchbay/contracts";
import { dirname, join } from "node:path";
import { ADDON_FOLDER, ADDON_MANIFEST, addonFiles } from "./addon_files.ts";
import { findBlender } from "./find.ts";

export interface InstallOptions {
  /** `4.2` @default what the Blender on this machine says */
  blenderVersion?: string;
  /** @default Blender's own folder for the user's add-ons (before 4.2) or extensions */
  targetDir?: string;
  /** @default found on this machine */
  blenderPath?: string;
  signal?: AbortSignal;
}

export interface Installed {
  /** The add-on's folder. */
  path: string;
  /** `3.4`; absent where a folder was named. */
  blenderVersion?: string;
  /** What the user does next. */
  next: string;
}

/**
 * Copies the add-on into place; an older copy is replaced.
 * @throws {PatchbayError} `CONFLICT` for a folder of that name that is something else, `APP_NOT_FOUND` without a Blender, a version and a folder; `APP_START_FAILED` for a Blender that says no version
 */
export async function installAddon(options: InstallOptions = {}): Promise<Installed> {
  const version = options.targetDir === undefined
    ? shortVersion(options.blenderVersion ?? await installedVersion(options))
    : undefined;
  const parent = options.targetDir ?? addonsFolder(version!);
  const path = join(parent, ADDON_FOLDER);
  const files = await addonFiles();
  await removeOlder(path);
  for (const file of files) {
    const target = join(path, file.path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeFile(target, file.content);
  }
  return {
    path,
    ...(version === undefined ? {} : { blenderVersion: version }),
    next: "In Blender: Edit > Preferences > Add-ons, search for Patchbay, tick it.",
  };
}

/** Removes what an earlier install left, and nothing that only has its name: `--target` may be any folder. */
async function removeOlder(path: string): Promise<void> {
  try {
    const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
    if (names.length > 0 && !names.includes(ADDON_MANIFEST)) {
      throw PatchbayError.of("CONFLICT", `Cannot install into ${path}: there is something else`, {
        remedy: "Name another folder with `--target`, or move away what lies there.",
      });
    }
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function installedVersion({ blenderPath, signal }: InstallOptions): Promise<string> {
  const command = await findBlender(blenderPath === undefined ? {} : { path: blenderPath });
  const output = await new Deno.Command(command, {
    args: ["--version"],
    stdin: "null",
    stderr: "null",
    ...(signal === undefined ? {} : { signal }),
  }).output();
  const [, version] = /^Blender (\d+\.\d+)/m.exec(new TextDecoder().decode(output.stdout)) ?? [];
  if (version !== undefined) return version;
  throw new PatchbayError("APP_START_FAILED", `Cannot install: '${command} --version' does not say a version`);
}

function shortVersion(version: string): string {
  const [, short] = /^(\d+\.\d+)(\.\d+)*$/.exec(version) ?? [];
  if (short !== undefined) return short;
  throw new PatchbayError("INVALID_CONFIGURATION", `Cannot install: '${version}' is no version of Blender like '4.2'`);
}

/** Where Blender of this version keeps what the user adds. */
export function addonsFolder(version: string, env: { get(name: string): string | undefined } = Deno.env): string {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const resources = env.get("BLENDER_USER_RESOURCES") ?? join(settingsFolder(env), version);
  // 4.2 brought extensions, whose manifest the add-on carries
  if (major > 4 || (major === 4 && minor >= 2)) {
    return join(env.get("BLENDER_USER_EXTENSIONS") ?? join(resources, "extensions"), "user_default");
  }
  return join(env.get("BLENDER_USER_SCRIPTS") ?? join(resources, "scripts"), "addons");
}

function settingsFolder(env: { get(name: string): string | undefined }): string {
  const home = env.get("HOME") ?? "";
  switch (Deno.build.os) {
    case "windows":
      return join(env.get("APPDATA") ?? "", "Blender Foundation", "Blender");
    case "darwin":
      return join(home, "Library", "Application Support", "Blender");
    default:
      return join(env.get("XDG_CONFIG_HOME") ?? join(home, ".config"), "blender");
  }
}
