/** Asks whether AbletonOSC answers, as a bridge would; it hears the answer only where nobody else does. */
import { createSocket } from "node:dgram";
import { decodeOsc, encodeOscMessage } from "@patchbay/bridge-kit";

export interface AskOptions {
  port: number;
  replyPort: number;
  /** How long to wait for an answer, in milliseconds. */
  waitMs: number;
  signal?: AbortSignal | undefined;
}

/** `taken` where another program hears what AbletonOSC answers. */
export async function askLive(
  { port, replyPort, waitMs, signal }: AskOptions,
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
