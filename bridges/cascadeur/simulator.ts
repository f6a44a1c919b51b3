/**
 * A Cascadeur that is none: the very Python that runs inside Cascadeur, over a stand-in for its `csc`, in a process of its
 * own. It speaks the same wire, keeps scenes with a character, and draws the skeleton. For machines without Cascadeur.
 */
import type { Launch } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** `threaded` unless said otherwise; `async` needs aiohttp in the Python that runs it. */
export type ServerForm = "async" | "threaded" | "sync";

export interface SimulatorOptions {
  /** A folder of its own, where it announces its server. */
  folder: string;
  /** Whether it runs Python from outside. @default false */
  allowCode?: boolean;
  form?: ServerForm;
  /** @default the first `python3` on the PATH that can run the form */
  python?: string;
  /** Where it says how tests trouble it. */
  control?: string;
  /** A file with a state that it looks like, as JSON. @default a scene with a character */
  state?: string;
  /** Begins with an empty scene instead of a character. */
  empty?: boolean;
  /** Has neither PySide6 nor another timer: only its hooks come by. */
  hooksOnly?: boolean;
}

const PROGRAM = fileURLToPath(new URL("./app/stand_in/simulate.py", import.meta.url));

/** How to start it. @throws {PatchbayError} `APP_NOT_FOUND` without a Python */
export async function simulatorLaunch(options: SimulatorOptions): Promise<Launch> {
  const { folder, allowCode = false, form = "threaded", control, state, empty = false, hooksOnly = false } = options;
  const command = options.python ?? await findPython({ form });
  const config = join(folder, "config.json");
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(config, JSON.stringify({ form, allow_code: allowCode }));
  return {
    command,
    args: [
      "-B",
      PROGRAM,
      ...(control === undefined ? [] : ["--control", control]),
      ...(state === undefined ? [] : ["--state", state]),
      ...(empty ? ["--empty"] : []),
      ...(hooksOnly ? ["--hooks-only"] : []),
    ],
    cwd: folder,
    env: {
      PATCHBAY_HOME: folder,
      PATCHBAY_CASCADEUR_CONFIG: config,
      PATCHBAY_CASCADEUR_SERVER: join(folder, "server.json"),
      PYTHONUTF8: "1",
    },
  };
}

export interface FindPythonOptions {
  /** @default this process's environment */
  env?: { get(name: string): string | undefined };
  /** What it has to run: one that lacks a package for that is passed over. @default "threaded" */
  form?: ServerForm;
}

/** What a form needs beyond the standard library. */
const PACKAGE_OF: Partial<Record<ServerForm, string>> = { async: "aiohttp" };

/**
 * The first Python on the PATH that can run the form: a system's own often has no packages, and one further on has.
 * @throws {PatchbayError} `APP_NOT_FOUND`
 */
export async function findPython({ env = Deno.env, form = "threaded" }: FindPythonOptions = {}): Promise<string> {
  const names = Deno.build.os === "windows" ? ["python.exe", "python3.exe"] : ["python3"];
  const needed = PACKAGE_OF[form];
  for (const folder of (env.get("PATH") ?? "").split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      if (folder === "" || !(await Deno.stat(path).catch(() => undefined))?.isFile) continue;
      if (needed === undefined || await hasPackage(path, needed)) return path;
    }
  }
  throw new PatchbayError(
    "APP_NOT_FOUND",
    `Cannot start the simulated Cascadeur: there is no python3 ${needed ? `with ${needed} ` : ""}on the PATH`,
    {
      remedy: needed === undefined
        ? "Install Python 3.11 or newer, or leave Cascadeur out."
        : `Install ${needed} for a python3 on the PATH, or choose another form of the server.`,
    },
  );
}

async function hasPackage(python: string, name: string): Promise<boolean> {
  const asked = new Deno.Command(python, {
    args: ["-c", `import ${name}`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return (await asked.output().catch(() => undefined))?.success ?? false;
}
