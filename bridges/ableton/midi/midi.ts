/** The MIDI outputs of this machine, through RtMidi; a machine without them has none, and says why. */
import { PatchbayError } from "@patchbay/contracts";

/** An open output. */
export interface MidiOutput extends Disposable {
  readonly name: string;
  send(bytes: readonly number[]): void;
}

/** What gives outputs: RtMidi, or a stand-in. */
export interface MidiDriver {
  names(): string[];
  open(name: string): MidiOutput;
  /** An output of this bridge's own, which others see as an input; not on Windows. */
  openVirtual?(name: string): MidiOutput;
}

/** @throws whatever keeps MIDI from working here */
export type LoadMidi = () => Promise<MidiDriver>;

export const VIRTUAL_PORT = "Patchbay";

export class Midi implements Disposable {
  readonly #load: LoadMidi;
  #driver: Promise<MidiDriver> | undefined;
  readonly #open = new Map<string, MidiOutput>();

  constructor(load: LoadMidi = loadRtMidi) {
    this.#load = load;
  }

  /** What there is; why there is nothing. */
  async ports(): Promise<{ available: boolean; reason: string | null; ports: string[] }> {
    try {
      const driver = await this.#loaded();
      const ports = driver.names();
      const available = ports.length > 0 || driver.openVirtual !== undefined;
      return { available, reason: available ? null : "this machine has no MIDI outputs", ports };
    } catch (error) {
      return { available: false, reason: `MIDI does not work here: ${reasonOf(error)}`, ports: [] };
    }
  }

  /** The output whose name holds this text; without one the bridge's own, else the first. @throws {PatchbayError} `NOT_FOUND`, `COMMAND_FAILED` */
  async output(port: string | undefined): Promise<MidiOutput> {
    const { available, reason, ports } = await this.ports();
    if (!available) {
      throw PatchbayError.of("COMMAND_FAILED", `Cannot send MIDI: ${reason}`, {
        remedy: "Make a MIDI port: the IAC driver on macOS, loopMIDI on Windows, `modprobe snd-virmidi` on Linux.",
      });
    }
    const driver = await this.#loaded();
    const name = port === undefined
      ? (driver.openVirtual === undefined ? ports[0] : VIRTUAL_PORT)
      : ports.find((one) => one.toLowerCase().includes(port.toLowerCase()));
    if (name === undefined) {
      throw PatchbayError.of("NOT_FOUND", `There is no MIDI output like '${port}'`, { context: { available: ports } });
    }
    const open = this.#open.get(name);
    if (open !== undefined) return open;
    try {
      const output = name === VIRTUAL_PORT && driver.openVirtual !== undefined
        ? driver.openVirtual(name)
        : driver.open(name);
      this.#open.set(name, output);
      return output;
    } catch (cause) {
      throw PatchbayError.of("COMMAND_FAILED", `Cannot open the MIDI output '${name}': ${reasonOf(cause)}`, { cause });
    }
  }

  #loaded(): Promise<MidiDriver> {
    return this.#driver ??= this.#load();
  }

  [Symbol.dispose](): void {
    for (const output of this.#open.values()) output[Symbol.dispose]();
    this.#open.clear();
  }
}

const reasonOf = (error: unknown) => error instanceof Error ? error.message : String(error);

/** Without it RtMidi complains on the terminal. */
const SEQUENCER = "/dev/snd/seq";

/** RtMidi is native: it is loaded when MIDI is first wanted, and a machine without it has no MIDI. */
async function loadRtMidi(): Promise<MidiDriver> {
  if (Deno.build.os === "linux") {
    await Deno.stat(SEQUENCER).catch(() => {
      throw new Error(`this machine has no ALSA sequencer (${SEQUENCER})`);
    });
  }
  const { Output } = await import("@julusian/midi");
  const opened = (name: string, open: (output: InstanceType<typeof Output>) => void): MidiOutput => {
    const output = new Output();
    open(output);
    return { name, send: (bytes) => output.sendMessage([...bytes]), [Symbol.dispose]: () => output.destroy() };
  };
  // without a sequencer or a MIDI service this throws, and nothing else would work either
  new Output().destroy();
  return {
    names: () => Output.getPortNames(),
    open: (name) => opened(name, (output) => output.openPortByName(name)),
    ...(Deno.build.os === "windows" ? {} : {
      openVirtual: (name: string) => opened(name, (output) => output.openVirtualPort(name)),
    }),
  };
}
