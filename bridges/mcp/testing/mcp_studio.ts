/** A nats-server, a bridge to an MCP server, and a caller, for one test. */
import type { BridgeMode } from "@patchbay/bridge-kit";
import type { JsonObject } from "@patchbay/contracts";
import { join } from "node:path";
import { stringify } from "yaml";
import { type BridgeStudio, startBridgeStudio } from "../../kit/testing/bridge_studio.ts";
import { readServerFile } from "../server_file.ts";
import { startMcpBridge } from "../start.ts";
import { McpState } from "../state.ts";

export { code, until } from "../../kit/testing/bridge_caller.ts";

export interface McpStudio extends BridgeStudio {
  /** The state that the bridge reported whole first. */
  state(): Promise<McpState>;
}

export interface McpStudioOptions {
  /** As in the file, under `mcpServers`. */
  server: JsonObject;
  name?: string;
  mode?: BridgeMode;
  /** Kept from an earlier studio. */
  workDir?: string;
  ready?: boolean;
  silenceMs?: number;
}

export async function startMcpStudio(
  { server, name = "test", mode = "background", workDir, ready = true, silenceMs }: McpStudioOptions,
): Promise<McpStudio> {
  const studio = await startBridgeStudio({
    ready,
    async start({ bus, folder }) {
      const file = join(folder, "servers.yaml");
      await Deno.writeTextFile(file, stringify({ mcpServers: { [name]: { cwd: folder, ...server } } }));
      return await startMcpBridge({
        bus,
        bridge: "ws-07",
        mode,
        server: await readServerFile(file),
        allowCode: false,
        workDir: workDir ?? join(folder, "work"),
        backoff: { minMs: 10, maxMs: 50 },
        askIntervalMs: 5,
        ...(silenceMs === undefined ? {} : { silenceMs }),
      });
    },
  });
  return { ...studio, state: async () => McpState.parse(await studio.state()) };
}

/** Where `deno` keeps its packages: a child does not inherit that. */
const denoEnv = (): Record<string, string> => {
  const folder = Deno.env.get("DENO_DIR");
  return folder === undefined ? {} : { DENO_DIR: folder };
};

/** A published server, run as it is. */
export const published = (name: string, ...args: string[]): JsonObject => ({
  command: Deno.execPath(),
  args: ["run", "-A", `npm:@modelcontextprotocol/${name}@2026.8.31`, ...args],
  env: denoEnv(),
});

/** A server of this folder, with its manners. */
export const script = (file: URL, ...args: string[]): JsonObject => ({
  command: Deno.execPath(),
  args: ["run", "-A", "--no-check", file.pathname, ...args],
  env: denoEnv(),
});
