/** Stands between two ends of a TCP connection or a Unix socket: for NATS, WebSocket, HTTP, the App link. */
import { createConnection, createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { FaultDirection } from "./fault_plan.ts";
import { type BytesEnd, healed, pumpBytes } from "./byte_pump.ts";
import { type Faults, faultsOf, type FaultSource } from "./faults.ts";

/** A port, or the path of a Unix socket. */
export type ProxyTarget = { port: number; hostname?: string } | { path: string };

export interface FaultProxyOptions {
  /** Where the connections go. */
  target: ProxyTarget;
  /** @default none: add them as the test goes */
  faults?: FaultSource;
  /** In the history. @default "tcp" or "unix" */
  name?: string;
}

export interface FaultProxy extends AsyncDisposable {
  readonly faults: Faults;
  /** Where to dial: on 127.0.0.1; 0 for a Unix socket. */
  readonly port: number;
  /** `127.0.0.1:40123`, or the path of the socket. */
  readonly address: string;
  /** How many connections there are now, and were altogether. */
  readonly open: number;
  readonly accepted: number;
  /** Nothing passes until what is returned is disposed; then what waited does. @param direction both unless given */
  partition(direction?: FaultDirection): Disposable;
  /** Ends every connection in order. */
  cut(): void;
  /** Ends every connection by a reset. */
  reset(): void;
}

/** @example `await using proxy = await startFaultProxy({ target: { port: nats.port } }); using _cable = proxy.partition();` */
export async function startFaultProxy({ target, faults: source, name }: FaultProxyOptions): Promise<FaultProxy> {
  const owned = faultsOf(source);
  const { faults } = owned;
  const isPath = "path" in target;
  const connections = new Set<Connection>();
  let accepted = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const connection = new Connection(near, target, faults, `${name ?? (isPath ? "unix" : "tcp")} ${++accepted}`);
    connections.add(connection);
    connection.run().finally(() => connections.delete(connection));
  });
  const folder = isPath ? await Deno.makeTempDir({ prefix: "patchbay-faults-" }) : undefined;
  const path = folder === undefined ? undefined : join(folder, "proxy.sock");
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  if (path === undefined) server.listen(0, "127.0.0.1", () => resolve());
  else server.listen(path, () => resolve());
  await listening;
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const endAll = (how: "cut" | "reset") => {
    for (const connection of connections) connection.end(how);
  };
  const scheduled = faults.onChange((begun) => {
    if (begun?.fromMs !== undefined && (begun.fault === "cut" || begun.fault === "reset")) endAll(begun.fault);
  });
  return {
    faults,
    port,
    address: path ?? `127.0.0.1:${port}`,
    get open() {
      return connections.size;
    },
    get accepted() {
      return accepted;
    },
    partition: (direction) => faults.add({ fault: "partition", direction }),
    cut: () => endAll("cut"),
    reset: () => endAll("reset"),
    async [Symbol.asyncDispose]() {
      scheduled[Symbol.dispose]();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const running = [...connections].map((connection) => connection.finished);
      endAll("reset");
      await Promise.all(running);
      await closed;
      owned[Symbol.dispose]();
      if (folder !== undefined) await Deno.remove(folder, { recursive: true });
    },
  };
}

class Connection {
  readonly #near: Socket;
  readonly #target: ProxyTarget;
  readonly #faults: Faults;
  readonly #name: string;
  readonly #over = new AbortController();
  readonly #finished = Promise.withResolvers<void>();
  #far: Socket | undefined;

  constructor(near: Socket, target: ProxyTarget, faults: Faults, name: string) {
    this.#near = quiet(near);
    this.#target = target;
    this.#faults = faults;
    this.#name = name;
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  async run(): Promise<void> {
    const near = this.#near;
    const { signal } = this.#over;
    const [up, down] = [this.#faults.lane(`${this.#name} up`), this.#faults.lane(`${this.#name} down`)];
    // whoever is cut off does not see the other side accept
    await healed(up, "up", signal);
    const far = this.#far = signal.aborted ? undefined : await connected(this.#target);
    if (far !== undefined) {
      const carry = async (from: Socket, to: Socket, direction: FaultDirection) => {
        const lane = direction === "up" ? up : down;
        const end = await pumpBytes({ source: received(from), sink: writing(to), lane, direction, signal });
        if (end === "ended") to.end();
        else this.#stop(end);
      };
      await Promise.all([carry(near, far, "up"), carry(far, near, "down")]);
    }
    this.#stop("broken");
    this.#finished.resolve();
  }

  /** Ends both directions on purpose. */
  end(how: "cut" | "reset"): void {
    if (this.#over.signal.aborted) return;
    this.#faults.record(this.#name, how);
    this.#stop(how);
  }

  #stop(how: BytesEnd): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    for (const socket of [this.#near, this.#far]) {
      if (socket === undefined) continue;
      if (how === "cut") socket.end(() => socket.destroy());
      else if (how === "reset") socket.resetAndDestroy();
      else socket.destroy();
    }
  }
}

/** The error reaches whoever writes or reads; without a listener it would end the process. */
function quiet(socket: Socket): Socket {
  return socket.on("error", () => {});
}

/** What comes, with back pressure; ends when the socket does, also when it is destroyed here. */
function received(socket: Socket): AsyncIterable<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      let open = true;
      const end = (error?: Error) => {
        if (!open) return;
        open = false;
        if (error === undefined) controller.close();
        else controller.error(error);
      };
      socket.on("data", (chunk: Uint8Array) => {
        if (!open) return;
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) socket.pause();
      });
      socket.on("end", () => end());
      socket.on("error", (error: Error) => end(error));
      socket.on("close", () => end());
    },
    pull: () => void socket.resume(),
  });
}

function writing(socket: Socket): (chunk: Uint8Array) => Promise<void> {
  return (chunk) =>
    new Promise((resolve, reject) => {
      const gone = () => reject(new Error("the socket is closed"));
      if (socket.destroyed) return gone();
      socket.once("close", gone);
      socket.write(chunk, (error) => {
        socket.off("close", gone);
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
}

/** `undefined` where nobody listens. */
function connected(target: ProxyTarget): Promise<Socket | undefined> {
  const { promise, resolve } = Promise.withResolvers<Socket | undefined>();
  const socket: Socket = "path" in target
    ? createConnection({ path: target.path, allowHalfOpen: true }, () => resolve(socket))
    : createConnection(
      { port: target.port, host: target.hostname ?? "127.0.0.1", allowHalfOpen: true, noDelay: true },
      () => resolve(socket),
    );
  quiet(socket).once("error", () => resolve(undefined));
  return promise;
}
