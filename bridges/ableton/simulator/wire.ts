/** Datagrams as AbletonOSC's Python reads them: each argument with its type, as an integer is not a float there. */
import { encodeOscMessage, type OscArgument } from "@patchbay/bridge-kit";

export type Argument =
  | { type: "i" | "h" | "f" | "d"; value: number }
  | { type: "s"; value: string }
  | { type: "T" | "F" | "N" }
  | { type: "b" };

export interface Message {
  address: string;
  args: Argument[];
}

/** A message, or a bundle of them and of further bundles. @throws {RangeError} for what is neither */
export function* messagesOf(bytes: Uint8Array): Generator<Message> {
  if (startsWith(bytes, "#bundle\0")) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 16; at < bytes.length;) {
      const size = view.getInt32(at);
      if (size <= 0 || at + 4 + size > bytes.length) throw new RangeError("a bundle's part is cut off");
      yield* messagesOf(bytes.subarray(at + 4, at + 4 + size));
      at += 4 + size;
    }
    return;
  }
  yield message(bytes);
}

function message(bytes: Uint8Array): Message {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const text = () => {
    const end = bytes.indexOf(0, at);
    if (end === -1) throw new RangeError("a string has no end");
    const found = new TextDecoder().decode(bytes.subarray(at, end));
    at = (end & ~3) + 4;
    return found;
  };
  const address = text();
  if (!address.startsWith("/")) throw new RangeError("it has no address");
  const types = at < bytes.length ? text() : ",";
  const args = Array.from(types.slice(1), (type): Argument => {
    switch (type) {
      case "i":
        return { type, value: view.getInt32((at += 4) - 4) };
      case "f":
        return { type, value: view.getFloat32((at += 4) - 4) };
      case "h":
        return { type, value: Number(view.getBigInt64((at += 8) - 8)) };
      case "d":
        return { type, value: view.getFloat64((at += 8) - 8) };
      case "s":
        return { type, value: text() };
      case "T":
      case "F":
      case "N":
        return { type };
      default:
        throw new RangeError(`an argument is of type '${type}'`);
    }
  });
  return { address, args };
}

/** A value that goes out, as Python's type has it. */
export const out = {
  int: (value: number): OscArgument => ({ type: "i", value: Math.round(value) }),
  float: (value: number): OscArgument => ({ type: "f", value }),
  bool: (value: boolean): OscArgument => value,
  text: (value: string): OscArgument => value,
};

/** What came, sent back. */
export function echoed(argument: Argument): OscArgument {
  switch (argument.type) {
    case "T":
      return true;
    case "F":
      return false;
    case "N":
    case "b":
      return null;
    case "s":
      return argument.value;
    case "i":
    case "h":
      return { type: "i", value: argument.value };
    default:
      return { type: "f", value: argument.value };
  }
}

/** The same for Python's `==` and `hash`, which is what listeners are kept by. */
export const keyOf = (args: readonly Argument[]): string =>
  JSON.stringify(
    args.map((argument) =>
      argument.type === "T" ? 1 : argument.type === "F" ? 0 : "value" in argument ? argument.value : null
    ),
  );

export const encode = (address: string, args: readonly OscArgument[]): Uint8Array =>
  encodeOscMessage({ address, args });

const startsWith = (bytes: Uint8Array, text: string) =>
  text.length <= bytes.length && Array.from(text).every((char, i) => bytes[i] === char.charCodeAt(0));
