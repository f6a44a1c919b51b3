/** Drives a lamp that has a server inside: JSON-RPC 2.0 over HTTP, on this machine alone. */
import { type Adapter, type AdapterHost, httpTransport, type Launch, transportAdapter } from "@patchbay/bridge-kit";
import { fileURLToPath } from "node:url";
import { lampManifest } from "../common/manifest.ts";

/** What stands after the colon: `patchbay bridge ./lamp:http://127.0.0.1:8765/`. */
export const lampArgument = "the address of the lamp's server; its token is in $APPLICATION_TOKEN";

export interface LampAdapterOptions {
  /** Whether the simulator stands in for the server. */
  simulated: boolean;
  /** @default http://127.0.0.1:8765/ */
  argument?: string;
  /** A folder of this bridge alone. */
  workDir: string;
}

const DEFAULT_URL = "http://127.0.0.1:8765/";
const { switch: switching } = lampManifest.commands;

export function lampAdapter({ simulated, argument, workDir }: LampAdapterOptions): (host: AdapterHost) => Adapter {
  const port = simulated ? freePort() : undefined;
  const url = port === undefined ? argument ?? DEFAULT_URL : `http://127.0.0.1:${port}/`;
  // who knows no token gets nothing out of a server, whatever else runs on this machine
  const token = simulated ? crypto.randomUUID() : Deno.env.get("APPLICATION_TOKEN");
  const access = token === undefined ? {} : { token };
  return (host) =>
    transportAdapter({
      manifest: lampManifest,
      open: httpTransport({ url, ...access }),
      ...(port === undefined ? {} : { launch: () => simulator({ port, ...access }, workDir) }),
      async execute({ command, args, signal, deadline }, transport) {
        const answer = await transport.request("execute", { command, args }, { signal, deadline });
        // a server does not speak unasked: what it would tell follows from what it answers
        if (command === "switch") {
          const { now, before } = switching.result.parse(answer);
          if (now !== before) host.event("switched", { on: now });
        }
        return answer;
      },
      snapshot: (signal, transport) => transport.request("snapshot", {}, { signal }),
    })(host);
}

/** A port that is free now: the simulator is told to take it. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function simulator({ port, token }: { port: number; token?: string }, workDir: string): Launch {
  const script = fileURLToPath(import.meta.resolve("./simulator.ts"));
  return {
    command: Deno.execPath(),
    args: ["run", "--no-prompt", "-A", script, "--port", String(port)],
    // not as an argument: everybody on this machine can read those
    env: token === undefined ? {} : { APPLICATION_TOKEN: token },
    cwd: workDir,
  };
}
