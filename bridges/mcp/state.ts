/** What the bridge to an MCP server reports as its state: the protocol knows nothing of what is behind it. */
import { z } from "zod";

export const McpState = z.object({
  server: z.string().max(100).describe("as it calls itself"),
  version: z.string().max(100),
  protocol: z.string().max(100).describe("the revision of the protocol that both speak"),
  tools: z.number().int().nonnegative().describe("how many of its tools are commands"),
  leftOut: z.number().int().nonnegative().describe("how many are not, as there are too many"),
  resources: z.boolean().describe("whether it has resources"),
});
export type McpState = z.infer<typeof McpState>;
