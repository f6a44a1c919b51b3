/** What an MCP server offers, as a manifest: each tool is a command, resources are two queries. */
import {
  type CommandDocument,
  type Effect,
  type JsonObject,
  type ManifestDocument,
  manifestDocument,
  query,
} from "@patchbay/contracts";
import { defineApp } from "@patchbay/contracts";
import type { Peer } from "@patchbay/bridge-kit";
import { z } from "zod";
import { McpAnswer } from "./answer.ts";
import { commandNames } from "./command_names.ts";
import type { ToolConfig } from "./config.ts";
import { LIST_RESOURCES, READ_RESOURCE, ResourceContents, Resources } from "./resources.ts";
import { McpState } from "./state.ts";
import { toolSchema } from "./tool_schema.ts";
import { shownText } from "./untrusted_text.ts";

/** A tool as a server lists it. What does not fit is as if it was not said. */
export const ListedTool = z.looseObject({
  name: z.string().min(1).max(200),
  title: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  inputSchema: z.looseObject({}),
  outputSchema: z.unknown().optional(),
  annotations: z.looseObject({
    readOnlyHint: z.boolean().optional().catch(undefined),
    destructiveHint: z.boolean().optional().catch(undefined),
    idempotentHint: z.boolean().optional().catch(undefined),
  }).optional().catch(undefined),
});
export type ListedTool = z.infer<typeof ListedTool>;

/** What a command of a tool's has beside what every command has; it travels with the manifest. */
export const ToolCommand = z.looseObject({
  /** The tool's own name. */
  tool: z.string(),
  /** Whether it answers as its output schema says. */
  structured: z.boolean(),
});

export interface DescribeOptions {
  app: string;
  title: string;
  trustAnnotations: boolean;
  timeoutMs: number;
  tools: Record<string, ToolConfig>;
}

/** A manifest goes to the bus in one message, so it ends somewhere, in characters; what is beyond is left out. */
const MAX_DOCUMENT_LENGTH = 600_000;
const MAX_TOOLS = 500;
const MAX_SUMMARY = 600;
const VERSION = /^\d+\.\d+\.\d+/;

/** @returns the manifest, and how many tools are not in it because there are too many */
export function describeTools(
  listed: readonly unknown[],
  { appVersion, capabilities = {} }: Peer,
  options: DescribeOptions,
): { document: ManifestDocument; leftOut: number } {
  const tools = listed.flatMap((tool) => ListedTool.safeParse(tool).data ?? [])
    .filter(({ name }) => options.tools[name]?.hidden !== true);
  const resources = capabilities["resources"] === true;
  const base = manifestDocument(resources ? withResources(options) : bareApp(options));
  const names = commandNames(tools.map(({ name }) => name), Object.keys(base.commands));
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const commands = new Map<string, CommandDocument>();
  let length = 0;
  for (const command of [...names.keys()].sort()) {
    const document = toolCommand(byName.get(names.get(command)!)!, options);
    length += JSON.stringify(document).length + command.length;
    if (commands.size >= MAX_TOOLS || length > MAX_DOCUMENT_LENGTH) break;
    commands.set(command, document);
  }
  const [version = "0.0.0"] = VERSION.exec(appVersion) ?? [];
  return {
    document: {
      ...base,
      version,
      commands: { ...base.commands, ...Object.fromEntries(withKnownInverses(commands)) },
    },
    leftOut: names.size - commands.size,
  };
}

function toolCommand(tool: ListedTool, { trustAnnotations, tools, timeoutMs }: DescribeOptions): CommandDocument {
  const said = Object.hasOwn(tools, tool.name) ? tools[tool.name] : undefined;
  const hints = trustAnnotations ? tool.annotations : undefined;
  const effect = said?.effect ?? hintedEffect(hints);
  const own = toolSchema(tool.inputSchema);
  return {
    kind: effect === "read" ? "query" : "execute",
    summary: said?.summary ?? (shownText(tool.description ?? tool.title ?? "", MAX_SUMMARY) || `Calls a tool.`),
    args: own["type"] === "object" ? own : { type: "object" },
    result: tool.outputSchema === undefined ? ANSWER : toolSchema(tool.outputSchema),
    effect,
    idempotent: said?.idempotent ?? (effect === "read" || hints?.idempotentHint === true),
    lane: said?.lane ?? "interactive",
    timeoutMs: said?.timeoutMs ?? timeoutMs,
    undo: said?.undo === undefined
      ? "none"
      : { command: said.undo.command, ...(said.undo.args === undefined ? {} : { args: said.undo.args }) },
    phrases: said?.phrases ?? [],
    tool: tool.name,
    structured: tool.outputSchema !== undefined,
  };
}

/** By the protocol's own defaults. */
function hintedEffect(hints: ListedTool["annotations"]): Effect {
  if (hints?.readOnlyHint === true) return "read";
  return hints?.destructiveHint === false ? "write" : "destructive";
}

/** An inverse is a matter of the configuration, and the server may not have that tool today. */
function withKnownInverses(commands: Map<string, CommandDocument>): [string, CommandDocument][] {
  return [...commands].map(([name, command]) => {
    const { undo } = command;
    return [name, typeof undo === "object" && !commands.has(undo.command) ? { ...command, undo: "none" } : command];
  });
}

const bareApp = ({ app, title }: DescribeOptions) =>
  defineApp({
    app,
    title,
    version: "0.0.0",
    state: McpState,
    commands: {},
    events: {
      tools_changed: { summary: "The server offers other tools than before.", schema: z.object({}) },
      resources_changed: { summary: "The server has other resources than before.", schema: z.object({}) },
    },
  });

const withResources = (options: DescribeOptions) =>
  defineApp({
    ...bareApp(options),
    commands: {
      [LIST_RESOURCES]: query({
        summary: "Lists what the server has to read, by address.",
        args: z.strictObject({}),
        result: Resources,
        timeoutMs: options.timeoutMs,
      }),
      [READ_RESOURCE]: query({
        summary: "Reads one of the server's resources; what is large or no text comes as a file.",
        args: z.strictObject({ uri: z.string().min(1).max(2_000).describe("as list_resources has it") }),
        result: ResourceContents,
        timeoutMs: options.timeoutMs,
      }),
    },
  });

const ANSWER: JsonObject = z.toJSONSchema(McpAnswer, { io: "output" });
