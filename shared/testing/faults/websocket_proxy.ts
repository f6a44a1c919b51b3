/** Stands between two ends of a WebSocket that carries JSON-RPC, one message a text frame; for faults of bytes there is the TCP proxy. */
import type { FaultDirection } from "./fault_plan.ts";
import { type Faults, faultsOf, type FaultSource } from "./faults.ts";
import { ItemLane } from "./item_lane.ts";
import { RpcMessages } from "./json_rpc_messages.ts";

export interface WebSocketProxyOptions {
  /** Where the connections go: `ws://127.0.0.1:9980/link`. The path and query of whoever dials are added where it has none. */
  target: string;
  /** Whether whoever dials is the application, as where a bridge listens, or asks one. @default "application" */
  dialler?: "application" | "bridge";
  faults?: FaultSource;
}

export interface WebSocketProxy extends AsyncDisposable {
  readonly faults: Faults;
  readonly port: number;
  /** `ws://127.0.0.1:40123` */
  readonly url: string;
  readonly open: number;
  /** Closes every connection. */
  cut(): void;
}

/** @example `await using proxy = startWebSocketProxy({ target: bridge.url, faults: { seed, rules: [{ fault: "reply_twice" }] } });` */
export function startWebSocketProxy(
  { target, dialler = "application", faults: source }: WebSocketProxyOptions,
): WebSocketProxy {
  const owned = faultsOf(source);
  const { faults } = owned;
  const pairs = new Set<Pair>();
  let accepted = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") return new Response(null, { status: 426 });
    const protocols = request.headers.get("sec-websocket-protocol")?.split(",").map((name) => name.trim()) ?? [];
    const [protocol] = protocols;
    // the request is gone once it is upgraded
    const { pathname, search } = new URL(request.url);
    const authorization = request.headers.get("authorization");
    const { socket, response } = Deno.upgradeWebSocket(request, protocol === undefined ? {} : { protocol });
    const wanted = new URL(target);
    if (wanted.pathname === "/" && wanted.search === "") [wanted.pathname, wanted.search] = [pathname, search];
    const far = new WebSocket(wanted, {
      protocols,
      ...(authorization === null ? {} : { headers: { authorization } }),
    });
    const pair = new Pair(socket, far, faults, `websocket ${++accepted}`, dialler === "application" ? "down" : "up");
    pairs.add(pair);
    pair.closed.then(() => pairs.delete(pair));
    return response;
  });
  const port = server.addr.port;
  return {
    faults,
    port,
    url: `ws://127.0.0.1:${port}`,
    get open() {
      return pairs.size;
    },
    cut() {
      for (const pair of pairs) pair.close();
    },
    async [Symbol.asyncDispose]() {
      const closing = [...pairs].map((pair) => (pair.close(), pair.closed));
      await Promise.all(closing);
      await server.shutdown();
      owned[Symbol.dispose]();
    },
  };
}

class Pair {
  readonly closed: Promise<void>;
  readonly #near: WebSocket;
  readonly #far: WebSocket;

  constructor(near: WebSocket, far: WebSocket, faults: Faults, name: string, direction: FaultDirection) {
    this.#near = near;
    this.#far = far;
    const messages = new RpcMessages();
    const opposite = direction === "up" ? "down" : "up";
    const lanes = [
      carry(near, far, faults, name, direction, messages),
      carry(far, near, faults, name, opposite, messages),
    ];
    this.closed = Promise.all([whenClosed(near), whenClosed(far)]).then(() =>
      lanes.forEach((lane) => lane[Symbol.dispose]())
    );
    for (const [one, other] of [[near, far], [far, near]] as const) {
      one.addEventListener("close", () => other.close());
      one.addEventListener("error", () => other.close());
    }
  }

  close(): void {
    this.#near.close();
    this.#far.close();
  }
}

function carry(
  from: WebSocket,
  to: WebSocket,
  faults: Faults,
  name: string,
  direction: FaultDirection,
  messages: RpcMessages,
): ItemLane<string | ArrayBuffer> {
  let early: (string | ArrayBuffer)[] | undefined = to.readyState === WebSocket.OPEN ? undefined : [];
  const send = (message: string | ArrayBuffer) => {
    if (to.readyState === WebSocket.OPEN) to.send(message);
  };
  to.addEventListener("open", () => {
    early?.forEach(send);
    early = undefined;
  });
  const deliver = (message: string | ArrayBuffer) => early === undefined ? send(message) : void early.push(message);
  const lane = new ItemLane({ lane: faults.lane(`${name} ${direction}`), direction, deliver, partition: "hold" });
  from.binaryType = "arraybuffer";
  from.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
    lane.push(data, typeof data === "string" ? messages.facts(parsed(data), direction) : { names: [] });
  });
  return lane;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function whenClosed(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => socket.addEventListener("close", () => resolve(), { once: true }));
}
