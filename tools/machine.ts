/** What this machine has of the counterparts that tests need, and what is left out without each. */
import { delimiter, join } from "node:path";

export interface Counterpart {
  name: string;
  /** What it was found to be, or `undefined` where it is missing. */
  found: string | undefined;
  /** What is left out without it, and how to get it. */
  without: string;
}

/**
 * The first Python on the PATH that has pytest. `npx` puts Node's own folder first, and with it perhaps a system's Python, so the
 * first Python need not be the one that was set up.
 */
export async function findPytest(): Promise<{ python: string; version: string } | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(delimiter)) {
    const python = join(folder, Deno.build.os === "windows" ? "python.exe" : "python3");
    const version = await firstLine(python, "-m", "pytest", "--version");
    if (version !== undefined) return { python, version };
  }
  return undefined;
}

/** Looks for every counterpart of the test suite. */
export async function lookAround(): Promise<Counterpart[]> {
  const [nats, go, natsCli, blender, xvfb, docker, compose, pytest, chromium, scsynth, jackd] = await Promise.all([
    firstLine("nats-server", "--version"),
    firstLine("go", "version"),
    firstLine("nats", "--version").then((found) =>
      found ?? firstLine(`${Deno.env.get("HOME")}/go/bin/nats`, "--version")
    ),
    firstLine(Deno.env.get("PATCHBAY_BLENDER") ?? "blender", "--version"),
    firstLine("xvfb-run", "--help"),
    firstLine("docker", "info", "--format", "{{.ServerVersion}}"),
    firstLine("docker", "compose", "version"),
    findPytest(),
    firstLine("chromium", "--version"),
    firstLine("scsynth", "-v"),
    firstLine("jackd", "--version"),
  ]);
  return [
    {
      name: "nats-server",
      found: nats ?? (go === undefined ? undefined : "to be fetched, or built with Go"),
      without: "nothing: it is downloaded or built",
    },
    { name: "nats command", found: natsCli, without: "the checks with the official `nats micro` verbs" },
    {
      name: "Blender",
      found: blender,
      without: "every test on a real Blender (the simulator's tests run); install Blender 3.4 or newer",
    },
    { name: "Xvfb", found: xvfb, without: "the test of Blender's interface; install xvfb" },
    {
      name: "Docker engine",
      found: docker === undefined || compose === undefined ? undefined : `${docker} with ${compose}`,
      without: "the test of docker-compose.yml; install Docker with its Compose plugin",
    },
    {
      name: "pytest",
      found: pytest && `${pytest.version} of ${pytest.python}`,
      without: "the add-on's Python tests; `pip install -r bridges/blender/app/requirements-dev.txt`",
    },
    {
      name: "SuperCollider",
      found: scsynth === undefined || jackd === undefined ? undefined : `${scsynth} with ${jackd}`,
      without: "the tests on a real scsynth; install supercollider-server and jackd2",
    },
    { name: "Chromium", found: chromium, without: "the tests of pages in a browser; install Chromium" },
  ];
}

/** The first line that a command prints, or `undefined` if it is not there or fails. */
async function firstLine(command: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
    const text = new TextDecoder().decode(stdout.length > 0 ? stdout : stderr).trim();
    return success ? text.split("\n")[0] : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}
