/** Drives one MCP server: a command is a tool that is called, a query of resources is a list or a read. */
import {
  type Adapter,
  type AdapterCall,
  type AdapterHost,
  type Described,
  type Transport,
  transportAdapter,
} from "@patchbay/bridge-kit";
import { type AppManifest, PatchbayError } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { z } from "zod";
import { valueOf } from "./answer.ts";
import { LIST_RESOURCES, listResources, READ_RESOURCE, readResource } from "./resources.ts";
import type { McpState } from "./state.ts";
import { ToolCommand } from "./tools.ts";
import { shownText } from "./untrusted_text.ts";
import { watchedTransport } from "./watched_transport.ts";

export interface McpAdapterOptions extends Described {
  /** Whether the bridge starts the server. */
  owned: boolean;
  /** How many tools the manifest has no room for. */
  leftOut(): number;
  silenceMs?: number;
}

const log = logger(["bridge", "mcp"]);
/** Between two events of one kind, in milliseconds: a server may say the same thing without end. */
const EVENT_INTERVAL_MS = 1_000;

const Uri = z.looseObject({ uri: z.string() });
const Logged = z.looseObject({ level: z.string().catch("info"), data: z.unknown() });

export function mcpAdapter(
  { manifest, open, changed, owned, leftOut, silenceMs }: McpAdapterOptions,
): (host: AdapterHost) => Adapter {
  return (host) => {
    const told = new Map<string, number>();
    const tell = (event: string) => {
      if (performance.now() - (told.get(event) ?? -Infinity) < EVENT_INTERVAL_MS) return;
      told.set(event, performance.now());
      host.event(event, {});
    };
    return transportAdapter({
      manifest,
      open: watchedTransport(open, owned),
      owned,
      ...(silenceMs === undefined ? {} : { silenceMs }),
      execute: (call, transport) => execute(call, transport, host, manifest),
      snapshot: (_signal, transport) => Promise.resolve(stateOf(transport, manifest, leftOut())),
      onNotification(method, params) {
        switch (method) {
          case "notifications/tools/list_changed":
            tell("tools_changed");
            return changed();
          case "notifications/resources/list_changed":
            return tell("resources_changed");
          case "notifications/message": {
            const { level, data } = Logged.safeParse(params).data ?? { level: "info", data: "" };
            return log.debug("{level}: {text}", { level: shownText(level, 20), text: shownText(inWords(data), 500) });
          }
        }
      },
    })(host);
  };
}

async function execute(
  call: AdapterCall,
  transport: Transport,
  host: AdapterHost,
  manifest: AppManifest,
): Promise<unknown> {
  const { command, args, signal, deadline, id, progress } = call;
  const tool = ToolCommand.safeParse(manifest.commands[command]).data;
  if (tool !== undefined) {
    const asked = { signal, deadline, id, progress };
    const answer = await transport.request("tools/call", { name: tool.tool, arguments: args }, asked);
    return await valueOf(answer, { command, structured: tool.structured }, host);
  }
  if (command === LIST_RESOURCES) return await listResources(call, transport);
  if (command === READ_RESOURCE) return await readResource(Uri.parse(args).uri, call, transport, host);
  throw PatchbayError.of("UNKNOWN_COMMAND", `The server has no tool for ${command}`);
}

function stateOf({ peer }: Transport, { commands }: AppManifest, leftOut: number): McpState {
  const { appVersion, protocol = "unknown", capabilities = {} } = peer;
  return {
    server: shownText(String(capabilities["server"] ?? "unknown"), 100),
    version: shownText(appVersion, 100),
    protocol: shownText(protocol, 100),
    tools: Object.values(commands).filter((command) => ToolCommand.safeParse(command).success).length,
    leftOut,
    resources: capabilities["resources"] === true,
  };
}

const inWords = (data: unknown): string => typeof data === "string" ? data : JSON.stringify(data) ?? "";
