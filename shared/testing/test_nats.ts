/** A real nats-server for one test: a free port, a private store, gone at the end. */
import { type Bus, connectBus } from "@patchbay/bus";
import { type NatsServer, type NatsUser, provisionNatsServer, startNatsServer } from "@patchbay/bus/nats-server";

export interface TestNatsOptions {
  /** @default nobody has to say who they are */
  users?: readonly NatsUser[];
  /** More nats-server configuration, as text. */
  config?: string;
  /** Where to keep the data. @default a folder of its own, removed at the end */
  storeDir?: string;
}

/** A server that can be taken away and brought back: same store, same port. */
export interface TestNats extends AsyncDisposable {
  /** `nats://127.0.0.1:40123` */
  readonly url: string;
  readonly port: number;
  readonly server: NatsServer;
  /** A connection that is closed with the server. */
  connect(name: string, credentials?: { user: string; password: string; inboxPrefix?: string }): Promise<Bus>;
  /** Lets the server end in order, and waits until it has. */
  stop(): Promise<void>;
  /** Ends the server at once, as a power failure would. */
  kill(): Promise<void>;
  /** Brings it back, from stopped, killed or running. */
  restart(): Promise<void>;
}

let provisioned: Promise<string> | undefined;

/** The program that tests use; looked for once a process. */
export function natsServerProgram(): Promise<string> {
  return provisioned ??= provisionNatsServer().then(({ path }) => path);
}

/** @example `await using nats = await startTestNats(); const bus = await nats.connect("a test");` */
export async function startTestNats(options: TestNatsOptions = {}): Promise<TestNats> {
  const server = await startNatsServer({ binary: await natsServerProgram(), users: [], ...options });
  const buses: Bus[] = [];
  const end = async (signal: Deno.Signal) => {
    server.kill(signal);
    await server.exited;
  };
  return {
    url: server.url,
    port: server.port,
    server,
    async connect(name, credentials) {
      const bus = await connectBus({ servers: server.url, name, ...credentials });
      buses.push(bus);
      return bus;
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    restart: () => server.restart(),
    async [Symbol.asyncDispose]() {
      for (const bus of buses.reverse()) await bus[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
