/** An MCP server that is none: it lists what a real one listed, and answers as one might. */
import { JsonObject, validateAgainst } from "@patchbay/contracts";
import { sampleOf } from "@patchbay/bridge-kit/sample";
import { z } from "zod";
import type { Recording } from "../recording.ts";
import { type Outcome, Things } from "./things.ts";

const Request = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: JsonObject.default({}),
});
const Call = z.looseObject({ name: z.string(), arguments: JsonObject.default({}) });
const Tool = z.looseObject({
  name: z.string(),
  inputSchema: JsonObject.catch({}),
  outputSchema: JsonObject.optional().catch(undefined),
});

const PROTOCOL = "2025-06-18";
/** Under these names a thing has what it consists of. */
const CONTENTS = ["content", "contents", "text", "code", "body", "value"];

export class SimulatedServer {
  readonly #recording: Recording;
  readonly #things = new Things();
  readonly #tools: Map<string, z.infer<typeof Tool>>;

  constructor(recording: Recording) {
    this.#recording = recording;
    this.#tools = new Map(recording.tools.map((tool) => [tool.name, Tool.parse(tool)]));
  }

  /** The answer to one message; `undefined` for one that wants none. */
  answer(message: unknown): object | undefined {
    const request = Request.safeParse(message).data;
    if (request?.id === undefined) return undefined;
    return { jsonrpc: "2.0", id: request.id, ...this.#answer(request.method, request.params) };
  }

  #answer(method: string, params: JsonObject): object {
    const { server, version, tools, resources } = this.#recording;
    switch (method) {
      case "initialize": {
        const serverInfo = {
          name: `Patchbay's simulator of ${server}`.slice(0, 100),
          version: `${version} (simulated)`,
        };
        const capabilities = { tools: {}, ...(resources.length === 0 ? {} : { resources: {} }) };
        return { result: { protocolVersion: PROTOCOL, capabilities, serverInfo } };
      }
      case "ping":
        return { result: {} };
      case "tools/list":
        return { result: { tools } };
      case "resources/list":
        return { result: { resources } };
      case "resources/read":
        return { result: { contents: [{ uri: String(params["uri"]), text: "simulated" }] } };
      case "tools/call":
        return this.#call(params);
      default:
        return { error: { code: -32601, message: "Method not found" } };
    }
  }

  #call(params: JsonObject): object {
    const call = Call.safeParse(params).data;
    const tool = call === undefined ? undefined : this.#tools.get(call.name);
    if (call === undefined || tool === undefined) return { error: { code: -32602, message: "Unknown tool" } };
    const [issue] = validateAgainst(tool.inputSchema, call.arguments).filter(({ code }) => code !== "schema");
    if (issue !== undefined) {
      return { error: { code: -32602, message: `${issue.path.join(".")}: ${issue.message}` } };
    }
    const outcome = this.#things.act(call.name, call.arguments);
    if (outcome !== undefined && "refused" in outcome) {
      return { result: { isError: true, content: [{ type: "text", text: outcome.refused }], _meta: SIMULATED } };
    }
    return { result: { ...answerOf(tool, outcome), _meta: SIMULATED } };
  }
}

const SIMULATED = { "patchbay/simulated": true };

function answerOf({ name, outputSchema }: z.infer<typeof Tool>, outcome: Outcome): object {
  if (outputSchema === undefined) return { content: [{ type: "text", text: inWords(name, outcome) }] };
  const structuredContent = outcome === undefined ? sampleOf(outputSchema) : structured(outputSchema, outcome);
  return { structuredContent, content: [{ type: "text", text: JSON.stringify(structuredContent) }] };
}

/** Things go where the schema has a list, a thing where it has its properties. */
function structured(schema: JsonObject, outcome: Exclude<Outcome, undefined>): unknown {
  if ("thing" in outcome) return sampleOf(schema, { ...outcome.thing, content: contentOf(outcome.thing) });
  if (!("things" in outcome)) return sampleOf(schema);
  const properties = Object.entries(JsonObject.catch({}).parse(schema["properties"]));
  const [list] = properties.find(([, property]) => Object(property)["type"] === "array") ?? [];
  const text = outcome.things.map((thing) => JSON.stringify(thing)).join("\n");
  const known = { content: text, ...(list === undefined ? {} : { [list]: outcome.things }) };
  return sampleOf(schema, known);
}

const contentOf = (thing: JsonObject) =>
  CONTENTS.map((name) => thing[name]).find((value) => typeof value === "string") ?? JSON.stringify(thing);

function inWords(tool: string, outcome: Outcome): string {
  if (outcome === undefined) return `simulated: ${tool} was called`;
  if ("things" in outcome) return outcome.things.map((thing) => JSON.stringify(thing)).join("\n");
  return "thing" in outcome ? String(contentOf(outcome.thing)) : "";
}
