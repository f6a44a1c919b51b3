/** Bridges to MCP servers as whoever starts bridges sees them: `mcp:servers.yaml#files`, each an application of its own. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";

const ARGUMENT = "a YAML or JSON file with `mcpServers`, and after '#' which of them";

export const bridge: BridgeDefinition = {
  app: "mcp",
  title: "MCP server",
  argument: ARGUMENT,
  async from(argument) {
    const { readServerFile } = await import("./server_file.ts");
    const server = await readServerFile(argument);
    return {
      app: server.app,
      title: server.title,
      argument: ARGUMENT,
      async start({ argument: _, ...options }) {
        const { startMcpBridge } = await import("./start.ts");
        return await startMcpBridge({ ...options, server });
      },
    };
  },
  start() {
    throw PatchbayError.of("INVALID_CONFIGURATION", "Cannot start an MCP server's bridge: no file says which server", {
      remedy: `Name ${ARGUMENT}: \`patchbay bridge mcp:servers.yaml#files\`.`,
    });
  },
};
