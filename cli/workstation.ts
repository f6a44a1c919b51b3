/** What this workstation is called, and where Patchbay keeps its files on it. */
import { join } from "node:path";
import { homedir } from "node:os";
import { BridgeId } from "@patchbay/contracts";

/** `PATCHBAY_HOME`, else the platform's folder for an application's data. */
export function dataFolder(): string {
  const home = Deno.env.get("PATCHBAY_HOME");
  if (home !== undefined) return home;
  switch (Deno.build.os) {
    case "windows":
      return join(Deno.env.get("LOCALAPPDATA") ?? join(homedir(), "AppData", "Local"), "Patchbay");
    case "darwin":
      return join(homedir(), "Library", "Application Support", "Patchbay");
    default:
      return join(Deno.env.get("XDG_DATA_HOME") ?? join(homedir(), ".local", "share"), "patchbay");
  }
}

/** The machine's name as a bridge id: `WS-07.studio.local` becomes `WS-07`. */
export function machineName(hostname: string = Deno.hostname()): BridgeId {
  const name = (hostname.split(".")[0] ?? "").replaceAll(/[^A-Za-z0-9_-]/g, "-").replace(/^[^A-Za-z0-9]+/, "").slice(
    0,
    63,
  );
  return BridgeId.safeParse(name).success ? name : "workstation";
}
