/** An application whose work lasts until it is let go, and what a studio needs around it: for tests of the durable lane. */
import { type Bus, migrate, openBucket } from "@patchbay/bus";
import { type Client, createClient } from "@patchbay/client";
import { startConductor } from "@patchbay/conductor";
import { type AppName, command, defineApp, Presence, query } from "@patchbay/contracts";
import { createApiKey, type Gateway, startGateway } from "@patchbay/gateway";
import { type AppDouble, startAppDouble, startTestNats, type TestNats } from "@patchbay/testing";
import { z } from "zod";

const empty = z.object({});
const Rendered = z.object({ by: z.string() });

export const farm = defineApp({
  app: "farm",
  title: "Farm",
  version: "1.0.0",
  state: empty,
  commands: {
    render: command({ summary: "Renders.", args: empty, result: Rendered, timeoutMs: 600_000 }),
    look: query({ summary: "Looks for a long time.", args: empty, result: Rendered, timeoutMs: 600_000 }),
    bake: command({ summary: "Bakes.", args: empty, result: Rendered, lane: "job" }),
  },
});

export interface Farm extends AsyncDisposable {
  readonly double: AppDouble;
  /** Resolves once so many have begun. */
  hasBegun(count: number): Promise<void>;
  /** Lets what runs and what comes end. */
  release(): void;
}

/** A bridge of the farm. @param bus or the URL of a server */
export async function startFarm(bus: Bus | string, bridge = "ws-01"): Promise<Farm> {
  const released = Promise.withResolvers<void>();
  const news = new EventTarget();
  const work = async (signal: AbortSignal) => {
    news.dispatchEvent(new Event("begun"));
    const stopped = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => stopped.reject(signal.reason), { once: true });
    await Promise.race([released.promise, stopped.promise]);
    return { by: bridge };
  };
  const handlers = {
    render: ({ signal }: { signal: AbortSignal }) => work(signal),
    look: ({ signal }: { signal: AbortSignal }) => work(signal),
    bake: ({ signal }: { signal: AbortSignal }) => work(signal),
  };
  const double = await startAppDouble(bus, farm, { bridge, handlers, drainTimeoutMs: 100 });
  return {
    double,
    release: () => released.resolve(),
    hasBegun: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (double.executions.length < count) return;
          news.removeEventListener("begun", look);
          resolve();
        };
        news.addEventListener("begun", look);
        look();
      }),
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

/** A server, a conductor and a gateway that can be restarted; bridges come and go. */
export interface FarmStudio extends AsyncDisposable {
  readonly nats: TestNats;
  readonly bus: Bus;
  client: Client;
  restartGateway(): Promise<void>;
  /** Resolves once so many bridges are seen to be idle. */
  sees(app: AppName, count: number, signal: AbortSignal): Promise<void>;
}

export async function startFarmStudio(): Promise<FarmStudio> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("studio");
  await migrate(bus);
  stack.use(await startConductor({ bus }));
  const { text: key, record } = createApiKey({ name: "test", scopes: ["read", "write"] });
  const start = () => startGateway({ bus, keys: [record], port: 0 });
  let gateway: Gateway = await start();
  stack.defer(() => gateway[Symbol.asyncDispose]());
  const parts = stack.move();
  const studio: FarmStudio = {
    nats,
    bus,
    client: createClient({ url: gateway.url, key }),
    async restartGateway() {
      await gateway[Symbol.asyncDispose]();
      gateway = await start();
      studio.client = createClient({ url: gateway.url, key });
    },
    async sees(app, count, signal) {
      const idle = new Set<string>();
      const presence = await openBucket(bus, "presence", Presence, { signal });
      for await (const change of presence.watch({ filter: `${app}.*`, signal })) {
        if (change.kind === "put" && change.value.status === "idle") idle.add(change.key);
        if (idle.size === count) return;
      }
      throw signal.reason;
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
  return studio;
}
