/** Puts the component where the artist finds it: `patchbay install touchdesigner`. */
import { PatchbayError } from "@patchbay/contracts";
import { dirname, join } from "node:path";
import { homedir } from "node:os";
import { BUILD_SCRIPT, componentFiles } from "./component_files.ts";

export interface InstallOptions {
  /** @default `Documents/Derivative/Patchbay` */
  targetDir?: string;
}

export interface Installed {
  /** The component's folder. */
  path: string;
  /** What the user does next. */
  next: string;
}

/** The component's folder within the target. */
const FOLDER = "patchbay";

/**
 * Copies the component into place; an older copy is replaced.
 * @throws {PatchbayError} `CONFLICT` for a folder of that name that is something else
 */
export async function installComponent(options: InstallOptions = {}): Promise<Installed> {
  const path = join(options.targetDir ?? userFolder(), FOLDER);
  const files = await componentFiles();
  await removeOlder(path);
  for (const file of files) {
    const target = join(path, file.path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeFile(target, file.content);
  }
  return { path, next: nextStep(path) };
}

/** The component's folder, where `patchbay install` has put it. */
export async function installedComponent(target: string = userFolder()): Promise<string | undefined> {
  const path = join(target, FOLDER);
  return await Deno.stat(join(path, BUILD_SCRIPT)).then(() => path, () => undefined);
}

/** What is pasted into TouchDesigner's textport. */
export function nextStep(path: string): string {
  const script = join(path, BUILD_SCRIPT);
  return [
    "In TouchDesigner: Dialogs > Textport and DATs, paste this line and press Enter:",
    "",
    `  import runpy; _ = runpy.run_path(${JSON.stringify(script.replaceAll("\\", "/"))})`,
    "",
    "A component called patchbay appears in /project1, and in the palette for other projects. Save the project to keep it.",
  ].join("\n");
}

/** Where TouchDesigner keeps what is the user's own, on Windows and macOS alike. */
export function userFolder(env: { get(name: string): string | undefined } = Deno.env, os = Deno.build.os): string {
  const home = os === "windows" ? env.get("USERPROFILE") : env.get("HOME");
  return join(home ?? homedir(), "Documents", "Derivative", "Patchbay");
}

/** Removes what an earlier install left, and nothing that only has its name: `--target` may be any folder. */
async function removeOlder(path: string): Promise<void> {
  try {
    const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
    if (names.length > 0 && !names.includes(BUILD_SCRIPT)) {
      throw PatchbayError.of("CONFLICT", `Cannot install into ${path}: there is something else`, {
        remedy: "Name another folder with `--target`, or move away what lies there.",
      });
    }
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
