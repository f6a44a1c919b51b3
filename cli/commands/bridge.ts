/** `patchbay bridge`: the agent next to one application, on an artist's workstation. */
import { join } from "node:path";
import { startBlenderBridge } from "@patchbay/bridge-blender";
import { connectBus } from "@patchbay/bus";
import { type BridgeId, PatchbayError } from "@patchbay/contracts";
import { configureLogging, type LogLevel } from "@patchbay/telemetry";
import { Argument, Command, Option } from "commander";
import { dataFolder, machineName } from "../workstation.ts";
import { parseBridgeId } from "./options.ts";

interface Options {
  credentials?: string;
  server?: string;
  id?: BridgeId;
  background?: true;
  simulate?: true;
  blender?: string;
  allowCode?: true;
  logLevel: LogLevel;
}

const nowhere = () =>
  new PatchbayError(
    "INVALID_CONFIGURATION",
    "Cannot start a bridge: neither --server nor --credentials says where the studio is",
    {
      remedy:
        "Name the credential file from the studio's administrator (--credentials FILE), or the studio's address (--server URL).",
    },
  );

export function bridgeCommand(signal: AbortSignal): Command {
  return new Command("bridge")
    .description("Join this workstation's application to a studio. Dials out; nothing listens but a private socket.")
    .addArgument(new Argument("<application>", "which application").choices(["blender"]))
    .option("--credentials <file>", "the credential file from the studio's administrator (it names the server too)")
    .option(
      "--server <url>",
      "the studio's NATS: nats://…, tls://… or wss://… (default: the one in the credential file)",
    )
    .option(
      "--id <id>",
      "what this bridge is called (default: the one in the credential file, or the machine's name)",
      parseBridgeId,
    )
    .option("--background", "start a Blender in the background instead of waiting for the artist's window")
    .option("--blender <path>", "the Blender to start (default: the one on the PATH or in the usual places)")
    .option("--simulate", "let the simulator stand in for the application")
    .option("--allow-code", "let commands run Python inside the application")
    .addOption(
      new Option("--log-level <level>", "the least that is logged").choices(["debug", "info", "warning", "error"])
        .default("info"),
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ patchbay bridge blender --credentials ws-07.creds --server tls://studio.local:4222",
    )
    .action(async (_application: "blender", options: Options) => {
      if (options.server === undefined && options.credentials === undefined) throw nowhere();
      await using _logging = await configureLogging({ level: options.logLevel, format: "pretty" });
      const bridge = options.id ?? machineName();
      await using bus = await connectBus({
        servers: options.server ?? [],
        name: `blender.${bridge}`,
        ...(options.credentials === undefined ? {} : { credentialsFile: options.credentials }),
        signal,
      });
      await using running = await startBlenderBridge({
        bus,
        bridge,
        mode: options.simulate === true ? "simulator" : options.background === true ? "background" : "interface",
        ...(options.blender === undefined ? {} : { blenderPath: options.blender }),
        allowCode: options.allowCode === true,
        workDir: join(dataFolder(), "bridges", `blender-${bridge}`),
        signal,
      });
      await running.ended;
      if (running.failure !== undefined) throw running.failure;
    });
}
