/** The options of every command that runs bridges, and what they mean. */
import { resolve } from "node:path";
import type { BridgeMode } from "@patchbay/bridge-kit";
import type { BridgeId } from "@patchbay/contracts";
import { configureLogging, type LogLevel } from "@patchbay/telemetry";
import { type Command, Option } from "commander";
import { type CredentialFile, credentialsFolder, credentialsIn, readCredentialFile } from "../bridges/credentials.ts";
import { dataFolder } from "../workstation.ts";
import { collect, parseBridgeId } from "./options.ts";

export interface BridgeFlags {
  credentials?: string[];
  server?: string;
  id?: BridgeId;
  background?: true;
  simulate?: true;
  allowCode?: true;
  home?: string;
  logLevel: LogLevel;
}

export function addBridgeOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--credentials <file>",
        "a credential file from the studio's administrator, which says whose it is and where the studio is; " +
          "may be given for each bridge (default: $PATCHBAY_HOME/credentials/*.creds)",
      ).argParser(collect),
    )
    .option(
      "--server <url>",
      "the studio's NATS: nats://…, tls://… or wss://… (default: the one in the credential file)",
    )
    .option(
      "--id <id>",
      "what these bridges are called (default: the one in the credential file, or the machine's name)",
      parseBridgeId,
    )
    .option("--background", "start the applications in the background instead of waiting for the artist's windows")
    .option("--simulate", "let simulators stand in for the applications")
    .option("--home <folder>", "where everything is kept (default: $PATCHBAY_HOME, or the user's folder for data)")
    .option("--allow-code", "let commands run code inside the applications")
    .addOption(
      new Option("--log-level <level>", "the least that is logged").choices(["debug", "info", "warning", "error"])
        .default("warning"),
    );
}

export function modeOf({ simulate, background }: BridgeFlags): BridgeMode {
  return simulate === true ? "simulator" : background === true ? "background" : "interface";
}

export const loggingOf = ({ logLevel }: BridgeFlags) => configureLogging({ level: logLevel, format: "pretty" });

export const homeOf = ({ home }: Pick<BridgeFlags, "home">): string =>
  home === undefined ? dataFolder() : resolve(home);

/** Those that were named, or those of the workstation. @throws {PatchbayError} `INVALID_CONFIGURATION` */
export async function readCredentials(
  { credentials, home }: Pick<BridgeFlags, "credentials" | "home">,
): Promise<CredentialFile[]> {
  return (credentials ?? await credentialsIn(credentialsFolder(homeOf({ ...home === undefined ? {} : { home } }))))
    .map(readCredentialFile);
}
