/** Finds TouchDesigner on this machine. It is started by the artist; the bridge only says whether it is there. */
import { join } from "node:path";

export interface FindOptions {
  /** @default this process's environment */
  env?: { get(name: string): string | undefined };
  /** @default this machine's */
  os?: typeof Deno.build.os;
}

/** The path of TouchDesigner: `$PATCHBAY_TOUCHDESIGNER`, else the usual places; `undefined` where it is not. */
export async function findTouchDesigner(options: FindOptions = {}): Promise<string | undefined> {
  const env = options.env ?? Deno.env;
  const named = env.get("PATCHBAY_TOUCHDESIGNER");
  const candidates = named === undefined ? await usualPlaces(env, options.os ?? Deno.build.os) : [named];
  for (const candidate of candidates) if (await exists(candidate)) return candidate;
  return undefined;
}

type Env = NonNullable<FindOptions["env"]>;

async function usualPlaces(env: Env, os: string): Promise<string[]> {
  if (os === "windows") {
    const vendor = join(env.get("ProgramFiles") ?? "C:\\Program Files", "Derivative");
    const folders = await foldersIn(vendor, (name) => name.toLowerCase().startsWith("touchdesigner"));
    return folders.map((folder) => join(folder, "bin", "TouchDesigner.exe"));
  }
  if (os === "darwin") {
    const places = ["/Applications", join(env.get("HOME") ?? "", "Applications")];
    return (await Promise.all(places.map((place) => foldersIn(place, (name) => /^TouchDesigner.*\.app$/.test(name)))))
      .flat();
  }
  return []; // there is no TouchDesigner for Linux
}

/** The highest version first. */
async function foldersIn(place: string, fits: (name: string) => boolean): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(place)) if (fits(name)) names.push(name);
  } catch {
    return []; // there is no such folder
  }
  return names.sort((a, b) => b.localeCompare(a, "en", { numeric: true })).map((name) => join(place, name));
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
