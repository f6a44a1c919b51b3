/** Drives a lamp over Open Sound Control: what it takes is sent, and read back, for nobody acknowledges a datagram. */
import {
  type Adapter,
  type AdapterHost,
  type Launch,
  openOsc,
  type OscRequestInput,
  type Transport,
  transportAdapter,
} from "@patchbay/bridge-kit";
import { type JsonObject, PatchbayError } from "@patchbay/contracts";
import { createSocket } from "node:dgram";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { lampManifest, LampState } from "../common/manifest.ts";

/** What stands after the colon: `patchbay bridge ./lamp:9000`. */
export const lampArgument = "the port on which the lamp hears OSC, on this machine";

export interface LampAdapterOptions {
  /** Whether the simulator stands in for the lamp. */
  simulated: boolean;
  /** @default 9000 */
  argument?: string;
  /** A folder of this bridge alone. */
  workDir: string;
}

const DEFAULT_PORT = 9000;
const { commands } = lampManifest;
const Answer = z.looseObject({ values: z.array(z.unknown()) });

export function lampAdapter({ simulated, argument, workDir }: LampAdapterOptions): (host: AdapterHost) => Adapter {
  let port = Number(argument ?? DEFAULT_PORT);
  return transportAdapter({
    manifest: lampManifest,
    open: (host, events) =>
      openOsc({ port, ping: { address: "/lamp/ping" }, errorAddress: "/lamp/error" })(host, events),
    ...(simulated ? { launch: async () => simulator(port = await freePort(), workDir) } : {}),
    execute: ({ command, args, signal }, transport) => execute(command, args, transport, signal),
    snapshot: (signal, transport) => read(transport, signal),
    onNotification(address, values, host) {
      const [value] = z.array(z.unknown()).parse(values);
      if (address === "/lamp/switched") {
        host.event("switched", { on: value === 1 });
        // whoever it was: a person at the lamp itself, or one of our own commands
        host.state("application");
      }
      if (address === "/lamp/level") host.channel("level", value);
    },
  });
}

async function execute(command: string, args: JsonObject, transport: Transport, signal: AbortSignal): Promise<unknown> {
  const before = await read(transport, signal);
  switch (command) {
    case "get_state":
      return before;
    case "switch": {
      const { on } = commands.switch.args.parse(args);
      await set("on", on ? 1 : 0);
      return { now: on, before: before.on };
    }
    case "set_brightness": {
      const { brightness } = commands.set_brightness.args.parse(args);
      // a plain 1 would travel as an integer
      await set("brightness", { type: "f", value: brightness });
      return { now: brightness, before: before.brightness };
    }
    case "set_color": {
      const { color } = commands.set_color.args.parse(args);
      await set("color", color);
      return { now: color, before: before.color };
    }
    default:
      throw PatchbayError.of("UNKNOWN_COMMAND", `This lamp cannot ${command}`);
  }

  async function set(name: string, value: NonNullable<OscRequestInput["args"]>[number]): Promise<void> {
    const verify = { address: `/lamp/get/${name}`, equals: [value] };
    // to set it twice does no harm, so what is lost on the way is sent again
    await transport.request(`/lamp/set/${name}`, { args: [value], verify, resend: true }, { signal });
  }
}

async function read(transport: Transport, signal: AbortSignal): Promise<LampState> {
  const get = async (name: string) => {
    const { values: [value] } = Answer.parse(await transport.request(`/lamp/get/${name}`, {}, { signal }));
    return value;
  };
  const [on, brightness, color] = await Promise.all([get("on"), get("brightness"), get("color")]);
  return LampState.parse({ on: on === 1, brightness, color });
}

/** A UDP port that is free now: the simulator is told to take it. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
  const { port } = socket.address();
  await new Promise<void>((resolve) => void socket.close(() => resolve()));
  return port;
}

function simulator(port: number, workDir: string): Launch {
  const script = fileURLToPath(import.meta.resolve("./simulator.ts"));
  return {
    command: Deno.execPath(),
    args: ["run", "--no-prompt", "-A", script, "--port", String(port)],
    cwd: workDir,
  };
}
