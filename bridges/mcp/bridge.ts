/** Bridges to MCP servers as whoever starts bridges sees them: `mcp:servers.yaml#files`, each an application of its own. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { readServerFile } from "./server_file.ts";
import { startMcpBridge } from "./start.ts";

const ARGUMENT = "a YAML or JSON file with `mcpServers`, and after '#' which of them";

export const bridge: BridgeDefinition = {
  app: "mcp",
  title: "MCP server",
  argument: ARGUMENT,
  async from(argument) {
    const server = await readServerFile(argument);
    return {
      app: server.app,
      title: server.title,
      argument: ARGUMENT,
      start: ({ argument: _, ...options }) => startMcpBridge({ ...options, server }),
    };
  },
  start() {
    throw PatchbayError.of("INVALID_CONFIGURATION", "Cannot start an MCP server's bridge: no file says which server", {
      remedy: `Name ${ARGUMENT}: \`patchbay bridge mcp:servers.yaml#files\`.`,
    });
  },
};
