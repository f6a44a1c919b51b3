/** Looks for Live and AbletonOSC on this machine: whether the script lies where Live looks, and whether it answers. */
import { createSocket } from "node:dgram";
import type { Found } from "@patchbay/bridge-kit";
import { decodeOsc, encodeOscMessage } from "@patchbay/bridge-kit";
import { LIVE_PORT, REPLY_PORT } from "./adapter.ts";
import { installedScript, remoteScripts } from "./install.ts";

export interface FindOptions {
  port?: number;
  replyPort?: number;
  /** How long to wait for an answer, in milliseconds. @default 600 */
  waitMs?: number;
  /** @default this machine's folder for remote scripts */
  folder?: string | undefined;
  signal?: AbortSignal;
}

const SOURCE = "https://github.com/ideoforms/AbletonOSC";

/** Whether Live can be used here, and what to do where it cannot. */
export async function findLive(options: FindOptions = {}): Promise<Found> {
  const { port = LIVE_PORT, replyPort = REPLY_PORT } = options;
  const answer = await ask(options);
  if (answer === "answered") return { found: true, what: `Live with AbletonOSC, on UDP port ${port}` };
  if (answer === "taken") {
    return {
      found: true,
      what: `UDP port ${replyPort} is taken: a Patchbay bridge or another OSC program hears AbletonOSC's answers`,
      remedy:
        "Where it is not Patchbay's own bridge, end the other program: AbletonOSC answers to one port only, and the last program that asks gets what its listeners say.",
    };
  }
  const folder = options.folder ?? remoteScripts();
  const script = folder === undefined ? undefined : await installedScript(folder);
  if (script === undefined) {
    return {
      found: false,
      what: "AbletonOSC does not answer, and is not installed",
      remedy: `Download it from ${SOURCE} and run \`patchbay install ableton --from FOLDER\`.`,
    };
  }
  return {
    found: true,
    what: `AbletonOSC is installed in ${script}, and does not answer on UDP port ${port}`,
    remedy:
      "Start Live, and choose AbletonOSC as a control surface in Settings > Link, Tempo & MIDI; a firewall must let UDP pass on 127.0.0.1.",
  };
}

/** Asks as a bridge would; it hears the answer only where nobody else does. */
async function ask(
  { port = LIVE_PORT, replyPort = REPLY_PORT, waitMs = 600, signal }: FindOptions,
): Promise<"answered" | "taken" | "silent"> {
  const socket = createSocket("udp4");
  const { promise, resolve } = Promise.withResolvers<"answered" | "taken" | "silent">();
  const silent = () => resolve("silent");
  const timer = setTimeout(silent, waitMs);
  signal?.addEventListener("abort", silent, { once: true });
  socket.on("error", () => resolve("taken"));
  socket.on("message", (bytes: Uint8Array) => {
    if (isAnswer(bytes)) resolve("answered");
  });
  socket.bind(replyPort, "127.0.0.1", () => {
    socket.send(encodeOscMessage({ address: "/live/test", args: [] }), port, "127.0.0.1");
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", silent);
    socket.removeAllListeners("message");
    await new Promise<void>((closed) => {
      try {
        socket.close(() => closed());
      } catch {
        closed(); // it never was open
      }
    });
  }
}

function isAnswer(bytes: Uint8Array): boolean {
  try {
    return decodeOsc(bytes).some(({ address }) => address === "/live/test");
  } catch {
    return false; // a stranger's datagram
  }
}
