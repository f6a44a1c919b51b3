/** For the tests of this folder: a server of the revision 2026-07-28, by the official package. Run, it serves its standard streams. */
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

export function modernServer(): McpServer {
  const server = new McpServer({ name: "modern", version: "7.0.0" }, {
    capabilities: { tools: { listChanged: true } },
  });
  server.registerTool(
    "echo",
    { description: "Says it.", inputSchema: z.object({ message: z.string() }) },
    ({ message }) => ({
      content: [{ type: "text", text: message }],
    }),
  );
  server.registerTool(
    "hang",
    { description: "Never ends." },
    ({ mcpReq }) =>
      new Promise((_, reject) =>
        mcpReq.signal.addEventListener("abort", () => reject(mcpReq.signal.reason), { once: true })
      ),
  );
  server.registerTool("grow", { description: "Adds a tool." }, () => {
    server.registerTool("grown", { description: "New." }, () => ({ content: [] }));
    return { content: [{ type: "text", text: "grown" }] };
  });
  server.registerResource("note", "test://note", { title: "A note" }, (uri) => ({
    contents: [{ uri: uri.href, text: "noted" }],
  }));
  return server;
}

if (import.meta.main) serveStdio(modernServer);
