/**
 * A TouchDesigner that is none: a Python process with the component's own code over a stand-in for TouchDesigner's `td`,
 * and a client that behaves as TouchDesigner's WebSocket DAT. For machines without TouchDesigner, for rehearsals and tests.
 */
import type { AppLinkAdapterOptions } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The program of the simulated TouchDesigner. */
export const SIMULATOR = fileURLToPath(new URL("./app/stand_in/simulator.py", import.meta.url));

export interface SimulatorOptions {
  /** @default 60 */
  framesPerSecond?: number | undefined;
  /** A file with a state that it looks like, as JSON. @default a new project */
  state?: string | undefined;
}

/** Starts the simulator for a bridge. @throws {PatchbayError} `APP_NOT_FOUND` where there is no Python 3.11 */
export const simulatorLaunch = (
  { framesPerSecond = 60, state }: SimulatorOptions = {},
): NonNullable<AppLinkAdapterOptions["launch"]> =>
async ({ host, rendezvous }) => ({
  command: await findPython(),
  args: [
    SIMULATOR,
    "--bridge",
    host.bridge,
    "--project",
    join(host.workDir, "project"),
    "--fps",
    String(framesPerSecond),
    ...(state === undefined ? [] : ["--state", state]),
    ...(rendezvous === undefined ? [] : ["--links", dirname(rendezvous)]),
  ],
  cwd: host.workDir,
  env: { PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1", PYTHONUTF8: "1" },
});

/** `$PATCHBAY_PYTHON`, else `python3` or `python` on the PATH. @throws {PatchbayError} `APP_NOT_FOUND` */
export async function findPython(env: { get(name: string): string | undefined } = Deno.env): Promise<string> {
  const named = env.get("PATCHBAY_PYTHON");
  const names = Deno.build.os === "windows" ? ["python.exe", "python3.exe"] : ["python3", "python"];
  const folders = (env.get("PATH") ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = named === undefined
    ? names.flatMap((name) => folders.map((folder) => join(folder, name)))
    : [named];
  for (const candidate of candidates) if (await isRecent(candidate)) return candidate;
  throw PatchbayError.of(
    "APP_NOT_FOUND",
    "Cannot start the simulated TouchDesigner: there is no Python 3.11 or newer",
    {
      context: { tried: candidates },
      remedy: "Install Python 3.11 or newer, or say where it is in PATCHBAY_PYTHON. A real TouchDesigner needs none.",
    },
  );
}

async function isRecent(program: string): Promise<boolean> {
  try {
    const args = ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"];
    const { success } = await new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" })
      .output();
    return success;
  } catch {
    return false; // it is not there, or is no program
  }
}
