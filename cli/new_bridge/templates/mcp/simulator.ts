/**
 * A lamp that is none, as a process of its own: an MCP server on its standard input and output, one message a line, so
 * nothing else may be printed there. Its tools are the commands of the manifest.
 */
import { JsonObject, manifestDocument, toProblem } from "@patchbay/contracts";
import process from "node:process";
import { createInterface } from "node:readline";
import { z } from "zod";
import { LampDevice } from "../common/device.ts";
import { lampManifest } from "../common/manifest.ts";

const Message = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: JsonObject.default({}),
});
const Call = z.looseObject({ name: z.string(), arguments: JsonObject.default({}) });

// a tool does not speak unasked
const device = new LampDevice({ event() {}, channel() {} });
const tools = Object.entries(manifestDocument(lampManifest).commands).map(([name, { summary, args }]) => ({
  name,
  description: summary,
  inputSchema: args,
}));

function call(params: JsonObject) {
  const { name, arguments: args } = Call.parse(params);
  try {
    const structuredContent = device.execute(name, args);
    return { structuredContent, content: [{ type: "text", text: JSON.stringify(structuredContent) }] };
  } catch (error) {
    return { isError: true, content: [{ type: "text", text: toProblem(error).detail }] };
  }
}

function answer(method: string, params: JsonObject): object {
  switch (method) {
    case "initialize": {
      const serverInfo = { name: "lamp", version: "1.0.0-simulated" };
      return { result: { protocolVersion: params["protocolVersion"], capabilities: { tools: {} }, serverInfo } };
    }
    case "ping":
      return { result: {} };
    case "tools/list":
      return { result: { tools } };
    case "tools/call":
      return { result: call(params) };
    default:
      return { error: { code: -32601, message: `there is no ${method}` } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = Message.parse(JSON.parse(line));
  if (id !== undefined) process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, ...answer(method, params) })}\n`);
}
