/** Stands between a bridge and an application that speak UDP: OSC above all. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import type { FaultDirection } from "./fault_plan.ts";
import { corrupt } from "./byte_pump.ts";
import { type FaultLane, type Faults, faultsOf, type FaultSource } from "./faults.ts";
import { ItemLane } from "./item_lane.ts";

export interface DatagramProxyOptions {
  /** Where the application listens, on 127.0.0.1. */
  target: number;
  /**
   * Where the application answers to, when that is a port of its own choice instead of the sender's: what comes there is
   * passed on as well. @default any free port
   */
  farPort?: number;
  /** Where answers go. @default whoever sent last */
  client?: number;
  faults?: FaultSource;
  /** What `on` may name. @default the OSC address */
  nameOf?(datagram: Uint8Array): string | undefined;
}

export interface DatagramProxy extends AsyncDisposable {
  readonly faults: Faults;
  /** Where to send, on 127.0.0.1; answers come from here. */
  readonly port: number;
  /** The application sees datagrams from here, and may answer to here. */
  readonly farPort: number;
  /** How many datagrams have come to the proxy. */
  readonly passed: Readonly<Record<FaultDirection, number>>;
}

/** @example `await using proxy = await startDatagramProxy({ target: 11000, faults: { seed, rules: [{ fault: "lose", probability: 0.2 }] } })` */
export async function startDatagramProxy(options: DatagramProxyOptions): Promise<DatagramProxy> {
  const { target, client, nameOf = oscAddress } = options;
  await using stack = new AsyncDisposableStack();
  const { faults } = stack.use(faultsOf(options.faults));
  const near = stack.adopt(await bound(0), closed);
  const far = stack.adopt(await bound(options.farPort ?? 0), closed);
  let lastClient = client;
  const passed = { up: 0, down: 0 };
  const way = (direction: FaultDirection, deliver: (datagram: Uint8Array) => void) => {
    const lane = faults.lane(`udp ${direction}`);
    const damage = (datagram: Uint8Array) => damaged(datagram, lane, direction);
    return stack.use(new ItemLane({ lane, direction, deliver, damage, partition: "lose" }));
  };
  const [toFar, toNear] = [inOrder(far), inOrder(near)];
  stack.defer(() => Promise.all([toFar.sent(), toNear.sent()]).then(() => {}));
  const up = way("up", (datagram) => toFar.send(datagram, target));
  const down = way("down", (datagram) => {
    if (lastClient !== undefined) toNear.send(datagram, lastClient);
  });
  const take = (lane: ItemLane<Uint8Array>, datagram: Uint8Array) => {
    const name = nameOf(datagram);
    lane.push(new Uint8Array(datagram), { names: name === undefined ? [] : [name] });
  };
  near.on("message", (datagram: Uint8Array, { port }: RemoteInfo) => {
    lastClient = client ?? port;
    passed.up++;
    take(up, datagram);
  });
  far.on("message", (datagram: Uint8Array) => {
    passed.down++;
    take(down, datagram);
  });
  const held = stack.move();
  return {
    faults,
    port: near.address().port,
    farPort: far.address().port,
    passed,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function damaged(datagram: Uint8Array, lane: FaultLane, direction: FaultDirection): Uint8Array {
  let bytes = datagram;
  for (const { keepBytes } of lane.strike(["truncate"], { direction })) {
    const keep = Math.min(bytes.length, keepBytes ?? lane.random.integer(0, Math.max(0, bytes.length - 1)));
    lane.record("truncate", `${bytes.length} to ${keep} bytes`);
    bytes = bytes.subarray(0, keep);
  }
  corrupt(bytes, lane, direction);
  return bytes;
}

/** Two that are sent at once may overtake each other; order is for the rules to change. */
function inOrder(socket: Socket) {
  let sent = Promise.resolve();
  const one = (datagram: Uint8Array, port: number) =>
    new Promise<void>((resolve) => socket.send(datagram, port, "127.0.0.1", () => resolve()));
  return {
    sent: () => sent,
    send: (datagram: Uint8Array, port: number) => void (sent = sent.then(() => one(datagram, port))),
  };
}

/** The address of an OSC message: it begins the datagram, and ends with a zero. */
function oscAddress(datagram: Uint8Array): string | undefined {
  if (datagram[0] !== 0x2f) return undefined;
  const end = datagram.indexOf(0);
  return new TextDecoder().decode(datagram.subarray(0, end === -1 ? undefined : end));
}

async function bound(port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("error", reject);
  socket.bind(port, "127.0.0.1", () => resolve());
  await promise;
  // a port that nobody listens on any more is no fault of the proxy's
  return socket.on("error", () => {});
}

const closed = (socket: Socket) => new Promise<void>((resolve) => void socket.close(() => resolve()));
