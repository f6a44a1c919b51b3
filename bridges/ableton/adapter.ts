/** Drives one Live through AbletonOSC, with MIDI beside it where the machine has ports. */
import { type Adapter, type AdapterHost, openOsc, type OpenTransport, transportAdapter } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import type { Reversal } from "./commands/context.ts";
import { Revisions } from "./commands/revisions.ts";
import { isListener } from "./live/listening.ts";
import { OpenedLive } from "./live/opened_live.ts";
import type { LiveSessionOptions } from "./live/session.ts";
import { ableton } from "./manifest.ts";
import type { LoadMidi } from "./midi/midi.ts";
import { LIVE_PORT, REPLY_PORT } from "./ports.ts";

export interface AbletonAdapterOptions extends LiveSessionOptions {
  /** A person starts Live; `simulator` brings a simulated one along, in this process, on ports of its own. */
  mode: "interface" | "simulator";
  /** @default 11000 */
  port?: number;
  /** @default 11001 */
  replyPort?: number;
  /** For each attempt to get an answer, in milliseconds: Live answers within a tick of 100 ms where it is not busy. @default 600 */
  answerMs?: number;
  /** After a change Live is asked no earlier, in milliseconds. @default a little more than its tick */
  settleMs?: number;
  /** Live's main thread may be silent for so long, in milliseconds. @default 15_000 */
  silenceMs?: number;
  /** @default RtMidi */
  loadMidi?: LoadMidi;
}

/** A little more than Live's tick. */
const SETTLE_MS = 110;

/** @throws {PatchbayError} from `open`: `APP_NOT_CONNECTED` where no AbletonOSC answers, `PORT_IN_USE` where another program hears its answers */
export function abletonAdapter(options: AbletonAdapterOptions): (host: AdapterHost) => Adapter {
  // what can be taken back outlives a connection
  const revisions = new Revisions<Reversal>();
  return (host) => {
    const held = new AsyncDisposableStack();
    let opened: OpenedLive | undefined;
    const open: OpenTransport = async (host, events) => {
      const ports = options.mode === "simulator" ? await simulated(held) : options;
      const osc = await openOsc(oscOptions({ ...options, ...ports }))(host, events);
      opened = new OpenedLive({ osc, host, revisions, ...options });
      try {
        await opened.begin();
      } catch (error) {
        await opened[Symbol.asyncDispose]();
        throw error;
      }
      return opened;
    };
    const live = () => {
      if (opened !== undefined) return opened;
      throw PatchbayError.of("APP_NOT_CONNECTED", "Ableton Live is not connected");
    };
    const inner = transportAdapter({
      manifest: ableton,
      open,
      owned: false,
      ...(options.silenceMs === undefined ? {} : { silenceMs: options.silenceMs }),
      execute: (call) => live().execute(call),
      snapshot: () => Promise.resolve(live().state()),
      onNotification: (address, args) => {
        if (Array.isArray(args)) opened?.notified(address, args);
      },
    })(host);
    return {
      open: (given) => inner.open(given),
      execute: (call) => inner.execute(call),
      snapshot: (signal) => inner.snapshot(signal),
      async close() {
        await inner.close();
        await held.disposeAsync();
      },
    };
  };
}

function oscOptions(
  { port = LIVE_PORT, replyPort = REPLY_PORT, answerMs = 600, settleMs = SETTLE_MS }: Partial<AbletonAdapterOptions>,
) {
  return {
    port,
    localPort: replyPort,
    ping: { address: "/live/test", attempts: 3 },
    errorAddress: "/live/error",
    timeoutMs: answerMs,
    settleMs,
    // what a listener says is no answer, although it looks like one
    match: (
      { reply, ids }: { reply: string; ids: readonly unknown[] },
      { address, args }: Parameters<typeof isListener>[0] & { address: string },
    ) =>
      address === reply && !isListener({ args }) && args.length >= ids.length && ids.every((id, i) => args[i] === id),
  };
}

/** A simulated Live on free ports, so that it meets neither a real one nor another simulator. */
async function simulated(held: AsyncDisposableStack): Promise<{ port: number; replyPort: number }> {
  const { startLiveSimulator } = await import("./simulator.ts");
  const { port } = held.use(await startLiveSimulator({ port: 0, replyPort: "sender" }));
  return { port, replyPort: 0 };
}
