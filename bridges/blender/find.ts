/** Finds Blender on this machine. */
import { PatchbayError } from "@patchbay/contracts";
import { delimiter, join } from "node:path";

export interface FindOptions {
  /** Looked at first, and then nowhere else. */
  path?: string;
  /** @default this process's environment */
  env?: { get(name: string): string | undefined };
  /** @default this machine's */
  os?: typeof Deno.build.os;
}

/**
 * The path of Blender: the option, `$PATCHBAY_BLENDER`, the PATH, then the usual places of the operating system.
 * @throws {PatchbayError} `APP_NOT_FOUND` with the places that were looked at in `context.tried`
 */
export async function findBlender(options: FindOptions = {}): Promise<string> {
  const env = options.env ?? Deno.env;
  const os = options.os ?? Deno.build.os;
  const named = options.path ?? env.get("PATCHBAY_BLENDER");
  const candidates = named === undefined ? [...onPath(env, os), ...await usualPlaces(env, os)] : [named];
  for (const candidate of candidates) {
    if (await isFile(candidate)) return candidate;
  }
  throw new PatchbayError("APP_NOT_FOUND", named ? `There is no Blender at '${named}'` : "Cannot find Blender", {
    context: { tried: candidates },
    remedy:
      "Install Blender 3.4 or newer, or say where it is: as `blender:PATH` to a bridge, with `--blender PATH` to a studio, or in PATCHBAY_BLENDER.",
  });
}

type Env = NonNullable<FindOptions["env"]>;

function onPath(env: Env, os: string): string[] {
  const program = os === "windows" ? "blender.exe" : "blender";
  return (env.get("PATH") ?? "").split(delimiter).filter((folder) => folder !== "").map((folder) =>
    join(folder, program)
  );
}

async function usualPlaces(env: Env, os: string): Promise<string[]> {
  const home = env.get("HOME") ?? "";
  if (os === "windows") {
    const programs = env.get("ProgramFiles") ?? "C:\\Program Files";
    return await newestIn(join(programs, "Blender Foundation"), "blender.exe");
  }
  if (os === "darwin") {
    const inside = "Blender.app/Contents/MacOS/Blender";
    return [join("/Applications", inside), join(home, "Applications", inside)];
  }
  return [
    "/usr/bin/blender",
    "/usr/local/bin/blender",
    "/snap/bin/blender",
    "/var/lib/flatpak/exports/bin/org.blender.Blender",
    ...await newestIn("/opt", "blender"),
    ...await newestIn(join(home, "Applications"), "blender"),
  ];
}

/** The program in each folder whose name begins with `blender`, the highest version first. */
async function newestIn(folder: string, program: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch {
    return []; // there is no such folder
  }
  return names.filter((name) => name.toLowerCase().startsWith("blender"))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
    .map((name) => join(folder, name, program));
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
