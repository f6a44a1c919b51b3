/** What a program says at its error address is given to whoever sent what it is about. */
import { matchesOscPattern, type OscValue } from "@patchbay/bridge-kit";

interface Listener {
  addresses: readonly string[];
  tell(text: string): void;
}

export class Complaints {
  readonly #address: string | undefined;
  readonly #listeners = new Set<Listener>();

  /** @param address where complaints come; none come where it is `undefined` */
  constructor(address: string | undefined) {
    this.#address = address;
  }

  /** Hears of complaints about these addresses until it is disposed. */
  listen(addresses: readonly string[], tell: (text: string) => void): Disposable {
    const listener = { addresses, tell };
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /**
   * Programs name the address that they complain about, or say nothing of it: then it is about the latest.
   * @returns whether somebody was waiting for it
   */
  heard(address: string, args: readonly OscValue[]): boolean {
    if (this.#address === undefined || !matchesOscPattern(this.#address, address)) return false;
    const words = args.map((arg) => arg instanceof Uint8Array ? `${arg.length} bytes` : String(arg).trim());
    const all = [...this.#listeners];
    const about = all.filter(({ addresses }) => addresses.some((sent) => words.includes(sent)));
    const named = about.length > 0;
    // a complaint that names somebody else's address is nobody's here
    const namesAnother = words.some((word) => /^\/\S+$/.test(word));
    const latest = all.at(-1);
    const told = named ? about : namesAnother || latest === undefined ? [] : [latest];
    for (const { tell, addresses } of told) {
      tell(words.filter((word) => word !== "" && !addresses.includes(word)).join(" ").slice(0, 500));
    }
    return told.length > 0;
  }
}
