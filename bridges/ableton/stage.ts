/** Live on a stage: the bridge's own adapter, on a simulated Live in this process that holds the set as it is now. */
import { type Adapter, BEYOND_SIMULATOR, type StagedApplication, type StageOptions } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { abletonAdapter } from "./adapter.ts";
import { ableton } from "./manifest.ts";
import { LiveState } from "./manifest/signals.ts";
import type { LoadMidi } from "./midi/midi.ts";
import { startLiveSimulator } from "./simulator.ts";
import { type LoadedSet, setOf } from "./simulator/load_state.ts";

/** Nobody looks at it: what waits for Live's tick waits no longer than it must, in milliseconds. */
const TICK_MS = 5;
/** Nobody but the commands changes it, in milliseconds. */
const LOOK_MS = 60_000;

export async function stageAbleton({ state }: StageOptions): Promise<StagedApplication> {
  const { set, known, notes } = loaded(state);
  const simulator = await startLiveSimulator({
    port: 0,
    replyPort: "sender",
    tickMs: TICK_MS,
    maxDatagramBytes: 60_000,
    extended: known === undefined || known.extensions.length > 0,
    ...(set === undefined ? {} : { set }),
  });
  const make = abletonAdapter({
    mode: "interface",
    port: simulator.port,
    replyPort: 0,
    settleMs: 2 * TICK_MS,
    lookMs: LOOK_MS,
    loadMidi: known?.midi === true ? silentMidi : noMidi,
  });
  return {
    manifest: ableton,
    adapter: (host) => knowingItsLimits(make(host)),
    notes,
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

/** No port that others see. */
const silentMidi: LoadMidi = () =>
  Promise.resolve({
    names: () => [],
    open: (name) => silence(name),
    openVirtual: (name) => silence(name),
  });
const silence = (name: string) => ({ name, send() {}, [Symbol.dispose]() {} });
const noMidi: LoadMidi = () => Promise.reject(new Error("this machine has no MIDI outputs"));

/** What the simulator lacks may well be there in Live: parameters of devices, devices to load, MIDI outputs. */
function knowingItsLimits(inner: Adapter): Adapter {
  return {
    open: (host) => inner.open(host),
    async execute(call) {
      try {
        return await inner.execute(call);
      } catch (error) {
        if (!(error instanceof PatchbayError) || !isLimit(call.command, error)) throw error;
        throw PatchbayError.of(error.code, `${error.message}: the simulator does not know all that Live has`, {
          context: { ...error.context, ...BEYOND_SIMULATOR },
          cause: error,
        });
      }
    },
    snapshot: (signal) => inner.snapshot(signal),
    close: () => inner.close(),
  };
}

const isLimit = (command: string, { message }: PatchbayError) =>
  /^There is no (parameter|MIDI output) /.test(message) || command === "add_device" && /could not find/.test(message);

function loaded(state: unknown): { set?: LoadedSet; known?: LiveState; notes: string[] } {
  if (state === undefined) return { notes: [] };
  const parsed = LiveState.safeParse(state);
  if (!parsed.success) {
    return { notes: ["The set cannot be read: the stage is a new one. The bridge may have another version."] };
  }
  const set = setOf(parsed.data);
  return { set, known: parsed.data, notes: set.notes };
}
