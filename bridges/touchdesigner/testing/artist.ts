/** A TouchDesigner as an artist starts it: a process of its own that finds the bridge by itself, and can be treated badly. */
import { findPython, SIMULATOR } from "../simulator.ts";
import { join } from "node:path";
import { BRIDGE } from "./touchdesigner_studio.ts";

export interface Artist extends AsyncDisposable {
  readonly pid: number;
  /** Ends it without a goodbye. */
  kill(): Promise<void>;
  /** Stops it, as a debugger does, and lets it go on. */
  pause(): void;
  resume(): void;
}

export interface ArtistOptions {
  linksDir: string;
  /** The folder of the project. */
  project: string;
  /** The simulator's program. @default this checkout's */
  program?: string;
  env?: Record<string, string>;
}

export async function startArtist(
  { linksDir, project, program = SIMULATOR, env = {} }: ArtistOptions,
): Promise<Artist> {
  const process = new Deno.Command(await findPython(), {
    args: [program, "--links", linksDir, "--bridge", BRIDGE, "--project", project],
    env: { PYTHONDONTWRITEBYTECODE: "1", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let over = false;
  const ended = process.status.then(() => void (over = true));
  const signal = (name: Deno.Signal) => {
    if (!over) process.kill(name);
  };
  return {
    pid: process.pid,
    async kill() {
      signal("SIGKILL");
      await ended;
    },
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
    async [Symbol.asyncDispose]() {
      signal("SIGCONT");
      signal("SIGTERM");
      await ended;
    },
  };
}

/** The simulator with a component of another version, in a folder of its own. */
export async function componentOfVersion(protocol: number, folder: string): Promise<string> {
  const source = new URL("../app/", import.meta.url);
  await copy(source, folder);
  const file = join(folder, "patchbay_td", "version.py");
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(
    file,
    text.replace(/LINK_PROTOCOL = \d+/, `LINK_PROTOCOL = ${protocol}`).replace(
      /COMPONENT_VERSION = "[^"]*"/,
      `COMPONENT_VERSION = "${protocol}.9.9"`,
    ),
  );
  return join(folder, "stand_in", "simulator.py");
}

async function copy(source: URL, target: string): Promise<void> {
  await Deno.mkdir(target, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(source)) {
    if (name.startsWith("__pycache__") || name === "tests" || name.startsWith(".")) continue;
    if (isDirectory) await copy(new URL(`${name}/`, source), join(target, name));
    else if (isFile) await Deno.copyFile(new URL(name, source), join(target, name));
  }
}

/** Waits until it holds, looking often. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, timeoutMs = 30_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!await holds()) {
    if (Date.now() > end) throw new Error(`Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
