/** What stands after `script:`, as something that can be started: `lights.py`, `lights.yaml`, `listen:lights`. */
import { AppName, PatchbayError, TimeoutMs } from "@patchbay/contracts";
import { type Launch, type LinkServer, type ProcessLimits, SCRIPT_LIMITS } from "@patchbay/bridge-kit";
import { basename, dirname, extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";

/** One script, and how it and its bridge come together. */
export interface ScriptEntry {
  app: AppName;
  title: string;
  /** The bridge starts it, and talks to it on its standard streams. */
  program?: Pick<Launch, "command" | "env"> & { args: readonly string[]; limits: ProcessLimits };
  /** The script dials the bridge. */
  listen?: { transport: "websocket" | "tcp" | "unix"; port?: number };
  /** The bridge dials the script. */
  connect?: LinkServer;
  startTimeoutMs?: number;
}

/** Where `import patchbay_script` finds it. */
const HELPER = fileURLToPath(new URL("./python/", import.meta.url));
const TAKEN = ["ableton", "blender", "cascadeur", "mcp", "osc", "script", "touchdesigner"];

const Limits = z.strictObject({
  memoryMiB: z.number().int().positive(),
  cpuSeconds: z.number().positive(),
  processes: z.number().int().positive(),
  wallMs: TimeoutMs,
}).partial();

const Config = z.strictObject({
  /** @default the file's name */
  app: AppName.optional(),
  title: z.string().min(1).max(100).optional(),
  /** The script, relative to this file. */
  script: z.string().min(1).optional(),
  /** What runs it. @default by its ending: Python, or Deno */
  command: z.string().min(1).optional(),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  limits: Limits.default({}),
  startTimeoutMs: TimeoutMs.optional(),
  listen: z.strictObject({
    transport: z.enum(["websocket", "tcp", "unix"]).default("websocket"),
    port: z.number().int().min(1).max(65_535).optional(),
  }).optional(),
  connect: z.strictObject({ url: z.string(), token: z.string().min(1).optional() }).optional(),
});
type Config = z.infer<typeof Config>;

/** @throws {PatchbayError} `INVALID_CONFIGURATION` with the field */
export async function readScript(argument: string): Promise<ScriptEntry> {
  const [, listening] = /^listen:(.+)$/.exec(argument) ?? [];
  if (listening !== undefined) return entryOf(Config.parse({ listen: {} }), listening, argument);
  const path = resolve(argument);
  const name = basename(path, extname(path));
  if (/\.(ya?ml|json)$/i.test(path)) return entryOf(await readConfig(path, argument), name, path);
  await checkFile(path, argument);
  return entryOf(Config.parse({ script: path }), name, path);
}

async function readConfig(path: string, argument: string): Promise<Config> {
  await checkFile(path, argument);
  let content: unknown;
  try {
    content = parse(await Deno.readTextFile(path), { maxAliasCount: 100 });
  } catch (cause) {
    throw wrong(argument, `it is no YAML: ${cause instanceof Error ? cause.message.split("\n")[0] : ""}`);
  }
  const config = Config.safeParse(content);
  if (!config.success) {
    const [issue] = config.error.issues;
    throw wrong(argument, `${issue?.path.join(".") || "the file"}: ${issue?.message}`);
  }
  const { script, command, listen, connect } = config.data;
  const ways = [script ?? command, listen, connect].filter((way) => way !== undefined);
  if (ways.length !== 1) throw wrong(argument, "it names not exactly one of `script`, `command`, `listen`, `connect`");
  if (script === undefined) return config.data;
  const file = resolve(dirname(path), script);
  await checkFile(file, `${argument}: script`);
  return { ...config.data, script: file };
}

function entryOf(config: Config, name: string, path: string): ScriptEntry {
  const app = appOf(config.app ?? name, path);
  const { title, script, command, args, env, limits, startTimeoutMs, listen, connect } = config;
  const runs = script === undefined
    ? command === undefined ? undefined : { command, args }
    : runnerOf(script, command, args);
  return {
    app,
    title: title ?? `${name.slice(0, 1).toUpperCase()}${name.slice(1).replaceAll(/[_-]+/g, " ")}`.slice(0, 100),
    ...(runs === undefined
      ? {}
      : { program: { ...runs, env: helperEnv(env), limits: { ...SCRIPT_LIMITS, ...given(limits) } } }),
    ...(listen === undefined
      ? {}
      : { listen: { transport: listen.transport, ...(listen.port === undefined ? {} : { port: listen.port }) } }),
    ...(connect === undefined
      ? {}
      : { connect: { url: connect.url, ...(connect.token === undefined ? {} : { token: connect.token }) } }),
    ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
  };
}

/** What an artist's own program is run by. */
function runnerOf(script: string, command: string | undefined, args: readonly string[]) {
  if (command !== undefined) return { command, args: [script, ...args] };
  switch (extname(script).toLowerCase()) {
    case ".py":
      return { command: Deno.build.os === "windows" ? "python" : "python3", args: ["-u", script, ...args] };
    case ".ts":
    case ".mts":
    case ".js":
    case ".mjs":
      return { command: Deno.execPath(), args: ["run", "--no-prompt", "-A", script, ...args] };
    default:
      return { command: script, args: [...args] };
  }
}

function helperEnv(env: Record<string, string>): Record<string, string> {
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const path = env["PYTHONPATH"] === undefined ? HELPER : `${HELPER}${separator}${env["PYTHONPATH"]}`;
  return { PYTHONDONTWRITEBYTECODE: "1", PYTHONIOENCODING: "utf-8", ...env, PYTHONPATH: path };
}

const given = (limits: z.infer<typeof Limits>): ProcessLimits =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));

function appOf(name: string, path: string): AppName {
  const app = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^[^a-z]+|-+$/g, "").slice(0, 32);
  if (AppName.safeParse(app).success && !TAKEN.includes(app)) return app;
  throw wrong(path, `it would be the application '${app}', and that is ${app === "" ? "no name" : "Patchbay's own"}`);
}

async function checkFile(path: string, argument: string): Promise<void> {
  const found = await Deno.stat(path).then(({ isFile }) => isFile, () => false);
  if (!found) throw wrong(argument, "there is no such file");
}

const wrong = (argument: string, why: string) =>
  PatchbayError.of("INVALID_CONFIGURATION", `Cannot start the script ${argument}: ${why}`, {
    remedy: "Name a script or its YAML file (script:lights.py), or wait for one that dials (script:listen:lights).",
  });
