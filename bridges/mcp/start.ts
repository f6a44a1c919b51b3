/** Starts a bridge to an MCP server. */
import type { Bus } from "@patchbay/bus";
import {
  type Bridge,
  type BridgeMode,
  type BridgeOptions,
  type McpConnectOptions,
  openMcp,
  startSelfDescribedBridge,
  type Transport,
} from "@patchbay/bridge-kit";
import type { BridgeId } from "@patchbay/contracts";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { mcpAdapter } from "./adapter.ts";
import { readRecording, record, recordingIn } from "./recording.ts";
import type { McpServerEntry } from "./server_file.ts";
import { describeTools } from "./tools.ts";

export interface McpBridgeOptions
  extends Pick<BridgeOptions, "allowCode" | "workDir" | "drainTimeoutMs" | "onChange" | "backoff" | "signal"> {
  bus: Bus;
  bridge: BridgeId;
  mode: BridgeMode;
  server: McpServerEntry;
  /** The server may be silent for so long, in milliseconds. @default the kit's */
  silenceMs?: number;
  /** The least time between two questions for its tools, in milliseconds. @default the kit's */
  askIntervalMs?: number;
}

const Tools = z.looseObject({ tools: z.array(z.unknown()) });

/** @throws {PatchbayError} `INVALID_CONFIGURATION` where there is nothing to simulate it from; `BRIDGE_FENCED` */
export async function startMcpBridge(options: McpBridgeOptions): Promise<Bridge> {
  const { server, mode, silenceMs, ...rest } = options;
  const { app, title, config } = server;
  const workDir = resolve(options.workDir);
  const simulated = mode === "simulator";
  const recording = recordingIn(workDir);
  const connect = simulated ? await simulator(server, recording) : server.connect;
  let leftOut = 0;
  return await startSelfDescribedBridge({
    ...rest,
    workDir,
    app,
    title,
    simulated,
    open: openMcp(connect),
    async describe(transport, signal) {
      const tools = await listedTools(transport, signal);
      if (!simulated) await record(recording, transport.peer, tools);
      const described = describeTools(tools, transport.peer, { ...config.server, app, title });
      leftOut = described.leftOut;
      return described.document;
    },
    adapter: (described) =>
      mcpAdapter({
        ...described,
        owned: "child" in connect,
        leftOut: () => leftOut,
        ...(silenceMs === undefined ? {} : { silenceMs }),
      }),
  });
}

/** @throws {PatchbayError} where the list does not come whole: half of it is never announced */
async function listedTools(transport: Transport, signal: AbortSignal): Promise<readonly unknown[]> {
  if (transport.peer.capabilities?.["tools"] !== true) return [];
  return Tools.parse(await transport.request("tools/list", {}, { signal })).tools;
}

/** Our own server, with the tools that the real one had. */
async function simulator({ config, file }: McpServerEntry, recorded: string): Promise<McpConnectOptions> {
  const named = config.server.recording;
  const path = named === undefined ? recorded : resolve(dirname(file), named);
  await readRecording(path);
  const script = fileURLToPath(import.meta.resolve("./simulator_main.ts"));
  const args = ["run", "--no-prompt", "--no-check", `--allow-read=${path}`, script, path];
  return { child: { command: Deno.execPath(), args, cwd: dirname(path) } };
}
