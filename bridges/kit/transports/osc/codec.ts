/**
 * OSC 1.0 packets. A codec of our own: applications refuse a float where they want an integer, so that types have to be
 * kept both ways, and what comes from the network must be bounded.
 */
import { PatchbayError, ValidationError } from "@patchbay/contracts";
import { isOscPattern } from "./address.ts";
import { type OscArgument, type OscValue, typed, type TypedArgument } from "./argument.ts";
import { IMMEDIATELY, timeOf, timeTag } from "./time_tag.ts";

/** The most that a UDP datagram over IPv4 can carry, in bytes. */
export const MAX_DATAGRAM_BYTES = 65_507;
/** Bundles within bundles: none nests deeper. */
const MAX_DEPTH = 8;

/** What is sent. */
export interface OscMessage {
  address: string;
  args: readonly OscArgument[];
}

/** What comes. */
export interface ReceivedMessage {
  address: string;
  args: readonly OscValue[];
  /** When its bundle wants it to take effect, in milliseconds since 1970. */
  at?: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const BUNDLE = encoder.encode("#bundle\0");

/** @throws {PatchbayError} `INVALID_REQUEST` for what is no address, `PAYLOAD_TOO_LARGE` */
export function encodeMessage(message: OscMessage): Uint8Array<ArrayBuffer> {
  if (!isOscPattern(message.address)) {
    throw new ValidationError(
      "INVALID_REQUEST",
      `Cannot send to '${message.address.slice(0, 100)}': it is no OSC address`,
    );
  }
  const args = message.args.map(typed);
  const parts = [
    padded(message.address),
    padded(`,${args.map(({ type }) => type).join("")}`),
    ...args.map(encodeArgument),
  ];
  return joined(parts);
}

/** @param at when it takes effect, in milliseconds since 1970; immediately unless given */
export function encodeBundle(messages: readonly OscMessage[], at?: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(16);
  header.set(BUNDLE);
  new DataView(header.buffer).setBigUint64(8, at === undefined ? IMMEDIATELY : timeTag(at));
  return joined([header, ...messages.map(encodeMessage).flatMap((message) => [int32(message.length), message])]);
}

/**
 * All messages of a datagram, those of its bundles in order.
 * @throws {PatchbayError} `INVALID_MESSAGE`
 */
export function decodePacket(bytes: Uint8Array): ReceivedMessage[] {
  return [...packet(bytes, undefined, 0)];
}

function* packet(bytes: Uint8Array, at: number | undefined, depth: number): Generator<ReceivedMessage> {
  if (bytes.length === 0 || bytes.length % 4 !== 0 || bytes.length > MAX_DATAGRAM_BYTES) {
    throw invalid(`a packet of ${bytes.length} bytes`);
  }
  const reader = new Reader(bytes);
  if (!BUNDLE.every((byte, i) => byte === bytes[i])) return yield reader.message(at);
  if (depth === MAX_DEPTH) throw invalid("bundles that are nested too deep");
  reader.skip(BUNDLE.length);
  const tag = timeOf(reader.view(8).getBigUint64(0));
  while (!reader.atEnd) yield* packet(reader.take(reader.view(4).getInt32(0)), tag ?? at, depth + 1);
}

class Reader {
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get atEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  skip(length: number): void {
    this.#at += length;
  }

  take(length: number): Uint8Array {
    if (length < 0 || length > this.bytes.length - this.#at) throw invalid("a part that is longer than its packet");
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }

  view(length: number): DataView {
    const part = this.take(length);
    return new DataView(part.buffer, part.byteOffset, part.byteLength);
  }

  message(at: number | undefined): ReceivedMessage {
    const address = this.#string();
    if (!isOscPattern(address)) throw invalid("an address that is none");
    // very old senders leave the types out where there are no arguments
    const types = this.atEnd ? "," : this.#string();
    if (!types.startsWith(",")) throw invalid("arguments without types");
    const args = Array.from(types.slice(1), (type) => this.#argument(type));
    if (!this.atEnd) throw invalid("more bytes than arguments");
    return { address, args, ...(at === undefined ? {} : { at }) };
  }

  #argument(type: string): OscValue {
    switch (type) {
      case "i":
        return this.view(4).getInt32(0);
      case "f":
        return shortest(this.view(4).getFloat32(0));
      case "d":
        return this.view(8).getFloat64(0);
      case "h":
        return safe(this.view(8).getBigInt64(0));
      case "s":
        return this.#string();
      case "b": {
        const length = this.view(4).getInt32(0);
        // a copy: the datagram's memory is somebody else's
        const blob = new Uint8Array(this.take(length));
        this.take(-length & 3);
        return blob;
      }
      case "T":
        return true;
      case "F":
        return false;
      case "N":
        return null;
      default:
        throw invalid(`an argument of type '${type}'`);
    }
  }

  #string(): string {
    const end = this.bytes.indexOf(0, this.#at);
    if (end === -1) throw invalid("a string without an end");
    const text = decoder.decode(this.take(end - this.#at));
    // the zero, and more of them up to the next multiple of four
    this.take(4 - (end & 3));
    return text;
  }
}

function encodeArgument(argument: TypedArgument): Uint8Array {
  switch (argument.type) {
    case "i":
      return int32(argument.value);
    case "f":
      return filled(4, (view) => view.setFloat32(0, argument.value));
    case "d":
      return filled(8, (view) => view.setFloat64(0, argument.value));
    case "h":
      return filled(8, (view) => view.setBigInt64(0, BigInt(argument.value)));
    case "s":
      return padded(argument.value);
    case "b":
      return joined([int32(argument.value.length), argument.value, new Uint8Array(-argument.value.length & 3)]);
    case "T":
    case "F":
    case "N":
      return new Uint8Array();
  }
}

function filled(length: number, fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  fill(new DataView(bytes.buffer));
  return bytes;
}

const int32 = (value: number) => filled(4, (view) => view.setInt32(0, value));

/** A string ends with one zero at least; one within it would end it early. */
function padded(text: string): Uint8Array {
  const bytes = encoder.encode(text.replaceAll("\0", ""));
  const all = new Uint8Array((bytes.length & ~3) + 4);
  all.set(bytes);
  return all;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > MAX_DATAGRAM_BYTES) {
    throw new PatchbayError(
      "PAYLOAD_TOO_LARGE",
      `Cannot send ${length} bytes over OSC: a datagram holds ${MAX_DATAGRAM_BYTES}`,
      { context: { length, limit: MAX_DATAGRAM_BYTES } },
    );
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The shortest decimal number that is this 32-bit float: 0.1, and not 0.10000000149011612. */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

const safe = (value: bigint) =>
  BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;

const invalid = (what: string) => new ValidationError("INVALID_MESSAGE", `Cannot read the datagram: it has ${what}`);
