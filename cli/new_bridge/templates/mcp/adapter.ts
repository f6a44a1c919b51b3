/** Drives a lamp that is an MCP server: each command is a tool of the same name. */
import { type Adapter, type AdapterHost, openMcp, type Transport, transportAdapter } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { lampManifest, LampState } from "../common/manifest.ts";

/** What stands after the colon: `patchbay bridge ./lamp:http://127.0.0.1:8000/mcp`, `./lamp:/path/to/server`. */
export const lampArgument =
  "the lamp's MCP server: an address, with its token in $APPLICATION_TOKEN, or a program to start";

export interface LampAdapterOptions {
  /** Whether the simulator stands in for the server. */
  simulated: boolean;
  argument?: string;
  /** A folder of this bridge alone. */
  workDir: string;
}

const { switch: switching } = lampManifest.commands;
const Answer = z.looseObject({ structuredContent: z.unknown() });

/** @throws {PatchbayError} `INVALID_CONFIGURATION` where no server is named */
export function lampAdapter(options: LampAdapterOptions): (host: AdapterHost) => Adapter {
  const open = openMcp(serverOf(options));
  return (host) =>
    transportAdapter({
      manifest: lampManifest,
      open,
      async execute({ command, args, signal, deadline, progress }, transport) {
        const asked = transport.request("tools/call", { name: command, arguments: args }, {
          signal,
          deadline,
          progress,
        });
        const answer = Answer.parse(await asked).structuredContent;
        // a tool does not speak unasked: what it would tell follows from what it answers
        if (command === "switch") {
          const { now, before } = switching.result.parse(answer);
          if (now !== before) host.event("switched", { on: now });
        }
        return answer;
      },
      snapshot: (signal, transport) => read(transport, signal),
    })(host);
}

async function read(transport: Transport, signal: AbortSignal): Promise<LampState> {
  const answer = await transport.request("tools/call", { name: "get_state" }, { signal });
  return LampState.parse(Answer.parse(answer).structuredContent);
}

function serverOf({ simulated, argument, workDir }: LampAdapterOptions): Parameters<typeof openMcp>[0] {
  if (simulated) {
    const script = fileURLToPath(import.meta.resolve("./simulator.ts"));
    return { child: { command: Deno.execPath(), args: ["run", "--no-prompt", "-A", script], cwd: workDir } };
  }
  if (argument === undefined) {
    throw PatchbayError.of("INVALID_CONFIGURATION", "Cannot start the lamp: no MCP server is named", {
      remedy:
        "Name it after a colon: `patchbay bridge ./lamp:http://127.0.0.1:8000/mcp`; or simulate it: `--simulate`.",
    });
  }
  if (!/^https?:/.test(argument)) return { child: { command: argument, args: [], cwd: workDir } };
  const token = Deno.env.get("APPLICATION_TOKEN");
  return { http: { url: argument, ...(token === undefined ? {} : { token }) } };
}
