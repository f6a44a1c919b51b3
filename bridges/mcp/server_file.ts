/** `servers.yaml#name`: one MCP server, as a file on this machine describes it. No other way leads to a program that is started. */
import { AppName } from "@patchbay/contracts";
import type { McpConnectOptions } from "@patchbay/bridge-kit";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { readServer, type ServerConfig, wrong } from "./config.ts";

/** One server, ready to be connected to. */
export interface McpServerEntry {
  /** `everything` */
  app: AppName;
  title: string;
  config: ServerConfig;
  /** Absolute. */
  file: string;
  connect: McpConnectOptions;
}

/** What is in this repository under these names is something else. */
const TAKEN = ["ableton", "blender", "cascadeur", "mcp", "osc", "script", "touchdesigner"];

/** @throws {PatchbayError} `INVALID_CONFIGURATION` with the field */
export async function readServerFile(
  argument: string,
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Promise<McpServerEntry> {
  const { path = argument, wanted } = /^(?<path>.*?\.(?:ya?ml|json))#(?<wanted>.*)$/i.exec(argument)?.groups ?? {};
  const file = resolve(path);
  const { name, config } = readServer(await contentOf(file, path), {
    file: path,
    name: wanted,
    env,
  });
  return {
    app: appOf(config.server.app ?? name, path, name, config.server.app !== undefined),
    title: config.server.title ?? titleOf(name),
    config,
    file,
    connect: connectOptions(config, file, path),
  };
}

async function contentOf(file: string, path: string): Promise<unknown> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (cause) {
    throw wrong(path, "it cannot be read", "Name a YAML or JSON file with `mcpServers`.", cause);
  }
  try {
    // JSON is YAML; aliases are bounded, so that no file grows on its way
    return parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.split("\n")[0] : "";
    throw wrong(path, `it is no YAML: ${said}`, "Mend the file.", cause);
  }
}

function appOf(name: string, path: string, server: string, chosen: boolean): AppName {
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^[^a-z]+|-+$/g, "").slice(0, 28);
  const app = !chosen && TAKEN.includes(slug) ? `${slug}-mcp` : chosen ? name : slug;
  if (AppName.safeParse(app).success && !TAKEN.includes(app)) return app;
  const why = TAKEN.includes(app) ? "that is Patchbay's own" : "that is no name of an application";
  throw wrong(path, `mcpServers.${server} would be '${app}', and ${why}`, "Give it another name: `app: my-server`.");
}

function titleOf(name: string): string {
  const words = name.replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim().slice(0, 80);
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

function connectOptions(config: ServerConfig, file: string, path: string): McpConnectOptions {
  const { startTimeoutMs, timeoutMs } = config.server;
  const times = { timeoutMs, ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }) };
  if (config.kind === "stdio") {
    const { command, args, env, cwd, limits } = config.server;
    const folder = dirname(file);
    return {
      child: { command: program(command), args, env, cwd: cwd === undefined ? folder : resolve(folder, cwd), limits },
      ...times,
    };
  }
  const { url, remote } = config.server;
  const token = tokenOf(config.server, path);
  return { http: { url, remote, ...(token === undefined ? {} : { token }) }, ...times };
}

/** Node's starters are batch files on Windows, which nothing finds without their ending. */
function program(command: string): string {
  return Deno.build.os === "windows" && /^(npx|npm|pnpm|yarn)$/.test(command) ? `${command}.cmd` : command;
}

function tokenOf({ token, headers }: { token?: string | undefined; headers: Record<string, string> }, path: string) {
  let found = token;
  for (const [header, value] of Object.entries(headers)) {
    const [, bearer] = /^Bearer\s+(\S+)$/i.exec(value) ?? [];
    if (header.toLowerCase() !== "authorization" || bearer === undefined) {
      throw wrong(path, `headers.${header} cannot be sent`, "Only `Authorization: Bearer …` can; or write `token:`.");
    }
    found ??= bearer;
  }
  return found;
}
