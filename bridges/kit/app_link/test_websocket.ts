/** For the tests of this folder: a WebSocket peer that is made by hand, and so can do what no library would. */
import { concat } from "./frames.ts";

export interface RawFrame {
  text?: string;
  bytes?: Uint8Array<ArrayBuffer>;
  binary?: boolean;
  /** `false` where another fragment follows. */
  last?: boolean;
  /** A fragment that goes on. */
  again?: boolean;
  /** The length that the header claims, with nothing behind it. */
  claims?: number;
  /** Bytes that are no frame. */
  garbage?: string;
  /** Ends the connection without a goodbye. */
  vanish?: boolean;
}

export interface RawWebSocket extends Disposable {
  /** In one write. */
  sendFrames(...frames: RawFrame[]): Promise<void>;
  /** The next text. */
  read(): Promise<string>;
  /** Resolves once so many pings have come. */
  pinged(count: number): Promise<void>;
  /** Resolves once the other side has ended it. */
  ended(): Promise<void>;
}

/** @throws {Error} with the answer, where it is no upgrade */
export async function rawWebSocket(
  address: string,
  headers: Record<string, string> = {},
  { answerPings = false } = {},
): Promise<RawWebSocket> {
  const { hostname, port, host } = new URL(address);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const fields = { host, upgrade: "websocket", connection: "Upgrade", ...handshake, ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  await connection.write(new TextEncoder().encode(`GET / HTTP/1.1\r\n${lines.join("")}\r\n`));
  const frames = incoming(connection);
  const { value: answer } = await frames.next();
  if (answer === undefined || !answer.text.startsWith("HTTP/1.1 101")) {
    connection.close();
    throw new Error(answer?.text ?? "no answer");
  }
  let pings = 0;
  const next = async (): Promise<{ opcode: number; text: string } | undefined> => {
    const { value } = await frames.next();
    if (value?.opcode === 9) {
      pings++;
      if (answerPings) await connection.write(encode({ text: value.text }, 10));
    }
    return value;
  };
  return {
    async sendFrames(...sent) {
      if (sent.some(({ vanish }) => vanish)) return connection.close();
      const parts = sent.map((frame) => encode(frame));
      const all = concat(parts, parts.reduce((sum, { length }) => sum + length, 0));
      for (let at = 0; at < all.length;) at += await connection.write(all.subarray(at));
    },
    async read() {
      for (let frame = await next(); frame !== undefined; frame = await next()) {
        if (frame.opcode === 1) return frame.text;
      }
      throw new Error("the connection has ended");
    },
    async pinged(count) {
      while (pings < count) if (await next() === undefined) throw new Error("the connection has ended");
    },
    async ended() {
      while (await next() !== undefined);
    },
    [Symbol.dispose]() {
      try {
        connection.close();
      } catch {
        // it vanished
      }
    },
  };
}

const handshake = { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13" };

/** With the mask zero, so that what is sent can be read. */
function encode(frame: RawFrame, opcode = frame.again ? 0 : frame.binary ? 2 : 1): Uint8Array<ArrayBuffer> {
  if (frame.garbage !== undefined) return new TextEncoder().encode(frame.garbage);
  const body = frame.bytes ?? new TextEncoder().encode(frame.text ?? "");
  const length = frame.claims ?? body.length;
  const long = length > 125;
  const header = new DataView(new ArrayBuffer(long ? 14 : 6));
  header.setUint8(0, (frame.last === false ? 0 : 0x80) | opcode);
  header.setUint8(1, 0x80 | (long ? 127 : length));
  if (long) header.setBigUint64(2, BigInt(length));
  return concat([new Uint8Array(header.buffer), body], header.byteLength + body.length);
}

/** First the answer to the handshake, then each frame; servers send no masks, and short frames in our tests. */
async function* incoming(connection: Deno.Conn): AsyncGenerator<{ opcode: number; text: string }, undefined> {
  let rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  let upgraded = false;
  try {
    for await (const chunk of connection.readable) {
      rest = concat([rest, chunk], rest.length + chunk.length);
      for (let cut = upgraded ? frameIn(rest) : answerIn(rest); cut !== undefined; cut = frameIn(rest)) {
        yield { opcode: upgraded ? rest[0]! & 15 : 0, text: new TextDecoder().decode(rest.subarray(cut.from, cut.to)) };
        upgraded = true;
        rest = rest.slice(cut.to);
      }
    }
  } catch {
    // a reset is an end too
  }
  return undefined;
}

function answerIn(bytes: Uint8Array): { from: number; to: number } | undefined {
  const end = new TextDecoder("latin1").decode(bytes).indexOf("\r\n\r\n");
  return end === -1 ? undefined : { from: 0, to: end + 4 };
}

function frameIn(bytes: Uint8Array): { from: number; to: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 127;
  const from = short === 126 ? 4 : 2;
  const to = from + (short === 126 ? bytes[2]! * 256 + bytes[3]! : short);
  return bytes.length < to ? undefined : { from, to };
}
