/** Looks for Live and AbletonOSC on this machine: whether they are installed, and whether the script answers. */
import { join } from "node:path";
import type { Found } from "@patchbay/bridge-kit";
import { installedScript, remoteScripts } from "./install.ts";
import { LIVE_PORT, REPLY_PORT } from "./ports.ts";

export interface FindOptions {
  port?: number;
  replyPort?: number;
  /** How long to wait for an answer, in milliseconds. @default 600 */
  waitMs?: number;
  /** Only looks at files, and sends nothing. @default false */
  quietly?: boolean;
  /** @default this machine's folder for remote scripts */
  folder?: string | undefined;
  /** @default this process's environment */
  env?: { get(name: string): string | undefined };
  /** @default this machine's */
  os?: typeof Deno.build.os;
  signal?: AbortSignal;
}

const SOURCE = "https://github.com/ideoforms/AbletonOSC";

/** Whether Live can be used here, and what to do where it cannot. */
export async function findLive(options: FindOptions = {}): Promise<Found> {
  const { port = LIVE_PORT, replyPort = REPLY_PORT, waitMs = 600, quietly = false, signal } = options;
  if (!quietly) {
    const { askLive } = await import("./ask_live.ts");
    const answer = await askLive({ port, replyPort, waitMs, signal });
    if (answer === "answered") return { found: true, what: `Live with AbletonOSC, on UDP port ${port}` };
    if (answer === "taken") return taken(replyPort);
  }
  const folder = "folder" in options ? options.folder : remoteScripts(options);
  const script = folder === undefined ? undefined : await installedScript(folder);
  const program = await installedLive(options);
  if (script === undefined) return { found: false, ...withoutScript(program) };
  const where = program === undefined ? `AbletonOSC in ${script}` : `Live at ${program}, with AbletonOSC`;
  if (quietly) return { found: true, what: where };
  return {
    found: true,
    what: `AbletonOSC is installed in ${script}, and does not answer on UDP port ${port}`,
    remedy:
      "Start Live, and choose AbletonOSC as a control surface in Settings > Link, Tempo & MIDI; a firewall must let UDP pass on 127.0.0.1.",
  };
}

const taken = (replyPort: number): Found => ({
  found: true,
  what: `UDP port ${replyPort} is taken: a Patchbay bridge or another OSC program hears AbletonOSC's answers`,
  remedy:
    "Where it is not Patchbay's own bridge, end the other program: AbletonOSC answers to one port only, and the last program that asks gets what its listeners say.",
});

const withoutScript = (program: string | undefined): Omit<Found, "found"> => ({
  what: program === undefined
    ? "AbletonOSC does not answer, and is not installed"
    : `Live at ${program}, without AbletonOSC`,
  remedy: `Download it from ${SOURCE} and run \`patchbay install ableton --from FOLDER\`.`,
  ...(program === undefined ? {} : { incomplete: true }),
});

/** The path of Live: `$PATCHBAY_ABLETON`, else the usual places, the highest version first; `undefined` where it is not. */
export async function installedLive(
  { env = Deno.env, os = Deno.build.os }: Pick<FindOptions, "env" | "os"> = {},
): Promise<string | undefined> {
  const named = env.get("PATCHBAY_ABLETON");
  if (named !== undefined) return await exists(named) ? named : undefined;
  const isLive = /^(?:Ableton )?Live \d.*$/;
  if (os === "windows") {
    const vendor = join(env.get("ProgramData") ?? "C:\\ProgramData", "Ableton");
    const [name] = await namesIn(vendor, isLive);
    return name === undefined ? undefined : join(vendor, name);
  }
  if (os !== "darwin") return undefined; // there is no Live for Linux
  for (const place of ["/Applications", join(env.get("HOME") ?? "", "Applications")]) {
    const [name] = await namesIn(place, isLive);
    if (name !== undefined) return join(place, name);
  }
  return undefined;
}

async function namesIn(folder: string, fits: RegExp): Promise<string[]> {
  try {
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    return names.filter((name) => fits.test(name)).sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  } catch {
    return []; // there is no such folder
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
