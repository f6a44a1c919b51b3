/** Talks to AbletonOSC: typed values, reading back what was set, and a barrier behind what nobody acknowledges. */
import type { OscArgument, OscTransport, OscValue } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { argument, int, type LiveObject, type LiveValue, meant } from "./properties.ts";

/** More that wait at once may not fit into what the system buffers for Live until its next tick. */
const MOST_IN_FLIGHT = 48;
const READ_TRIES = 8;

export class LiveConnection {
  readonly osc: OscTransport;
  /** Fires when this connection is over. */
  readonly ended: AbortSignal;
  #inFlight = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(osc: OscTransport, ended: AbortSignal) {
    this.osc = osc;
    this.ended = ended;
  }

  /** The values behind the leading arguments that are repeated. @param ids how many are @default all */
  async values(
    address: string,
    args: readonly OscArgument[],
    signal: AbortSignal,
    { ids, attempts }: { ids?: number; attempts?: number } = {},
  ): Promise<readonly OscValue[]> {
    await this.#enter(signal);
    try {
      const request = { args: [...args], attempts: attempts ?? READ_TRIES, ...(ids === undefined ? {} : { ids }) };
      return (await this.#sure(() => this.osc.request(address, request, { signal }))).values;
    } finally {
      this.#leave();
    }
  }

  /** An error names nothing, and may be a late one about something else: what does no harm is asked again before it is believed. */
  async #sure<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.code !== "COMMAND_FAILED") throw error;
      if (isUnknown(error)) throw tooOld(error);
      return await ask();
    }
  }

  /** One property. `null` where it does not apply to this object. */
  async get(
    object: LiveObject,
    property: string,
    ids: readonly number[],
    signal: AbortSignal,
  ): Promise<LiveValue | null> {
    const [value] = await this.values(`/live/${object}/get/${property}`, ids.map(int), signal);
    return meant(object, property, value);
  }

  async number(object: LiveObject, property: string, ids: readonly number[], signal: AbortSignal): Promise<number> {
    return Number(await this.get(object, property, ids, signal) ?? 0);
  }

  async flag(object: LiveObject, property: string, ids: readonly number[], signal: AbortSignal): Promise<boolean> {
    return await this.get(object, property, ids, signal) === true;
  }

  async text(object: LiveObject, property: string, ids: readonly number[], signal: AbortSignal): Promise<string> {
    return String(await this.get(object, property, ids, signal) ?? "");
  }

  /** Sets one property, and reads it back. @param loose what Live may make of it: the nearest colour of its palette */
  async set(
    object: LiveObject,
    property: string,
    ids: readonly number[],
    value: LiveValue,
    signal: AbortSignal,
    { loose = false }: { loose?: boolean } = {},
  ): Promise<LiveValue> {
    const wire = argument(object, property, value);
    return meant(
      object,
      property,
      await this.write(
        `/live/${object}/set/${property}`,
        [...ids.map(int), wire],
        { address: `/live/${object}/get/${property}`, args: ids.map(int), equals: loose ? () => true : [wire] },
        signal,
      ),
    ) ?? value;
  }

  /** Sets one property, and looks back no more. */
  send(object: LiveObject, property: string, ids: readonly number[], value: LiveValue): void {
    this.osc.send(`/live/${object}/set/${property}`, [...ids.map(int), argument(object, property, value)]);
  }

  /** Sends what is safe to send again, and reads until it is there. @returns what was read */
  async write(
    address: string,
    args: readonly OscArgument[],
    verify: {
      address: string;
      args: readonly OscArgument[];
      equals: readonly OscArgument[] | ((values: readonly OscValue[]) => boolean);
      ids?: number;
    },
    signal: AbortSignal,
  ): Promise<OscValue | undefined> {
    await this.#enter(signal);
    try {
      const { equals, ...rest } = verify;
      const request = {
        args: [...args],
        verify: { ...rest, args: [...verify.args], equals: typeof equals === "function" ? equals : [...equals] },
        resend: true,
        attempts: READ_TRIES,
      };
      const answer = await this.#sure(() => this.osc.request(address, request, { signal }));
      return answer.values[0];
    } catch (error) {
      throw refused(error, address);
    } finally {
      this.#leave();
    }
  }

  /** Sends what is not answered, and waits until Live has been through it. @throws {PatchbayError} `COMMAND_FAILED` with Live's own words */
  async call(address: string, args: readonly OscArgument[], signal: AbortSignal): Promise<void> {
    this.osc.send(address, [...args]);
    try {
      await this.barrier(signal);
    } catch (error) {
      throw refused(error, address);
    }
  }

  /**
   * For what must not happen twice: it is sent once, and looked at until it is there.
   * @returns what was found @throws {PatchbayError} `COMMAND_FAILED` where Live refuses it, or nothing of it is seen
   */
  async once<T>(
    address: string,
    args: readonly OscArgument[],
    look: () => Promise<T | undefined>,
    signal: AbortSignal,
  ): Promise<T> {
    let refusal: unknown;
    try {
      await this.call(address, args, signal);
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.code !== "COMMAND_FAILED") throw error;
      refusal = error;
    }
    for (let tries = 0; tries < 4; tries++) {
      const found = await look();
      if (found !== undefined) return found;
      if (refusal !== undefined) throw refusal;
      await this.barrier(signal);
    }
    throw PatchbayError.of(
      "COMMAND_FAILED",
      `${address} was sent, and nothing came of it: Live ignored it, or it was lost`,
      {
        remedy: "Look at the set before you repeat it.",
      },
    );
  }

  /** Resolves once Live has been through all that was sent before. */
  async barrier(signal: AbortSignal): Promise<void> {
    await this.osc.request("/live/test", { attempts: READ_TRIES }, { signal });
  }

  async #enter(signal: AbortSignal): Promise<void> {
    while (this.#inFlight >= MOST_IN_FLIGHT) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    signal.throwIfAborted();
    this.#inFlight++;
  }

  #leave(): void {
    this.#inFlight--;
    this.#waiting.shift()?.();
  }
}

/** The one error that names its address. */
const isUnknown = ({ message }: PatchbayError) => message.includes("Unknown OSC address");

function tooOld(error: PatchbayError): PatchbayError {
  const [, address = "an address"] = /Unknown OSC address: (\S+)/.exec(error.message) ?? [];
  return PatchbayError.of("UNSUPPORTED_VERSION", `This AbletonOSC does not know ${address}`, {
    cause: error,
    context: { address },
    remedy: "Download AbletonOSC anew, and install it with `patchbay install ableton --from FOLDER`.",
  });
}

/** The error came to whatever question was open: it is about what was sent. */
function refused(error: unknown, address: string): unknown {
  if (!(error instanceof PatchbayError) || error.code !== "COMMAND_FAILED") return error;
  if (isUnknown(error)) return tooOld(error);
  const [, words] = /refuses \S+: (.*)$/s.exec(error.message) ?? [];
  if (words === undefined) return error;
  return PatchbayError.of("COMMAND_FAILED", `Live refuses ${address}: ${words}`, {
    cause: error,
    context: error.context,
  });
}
