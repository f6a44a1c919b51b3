/** For tests of bridges: a nats-server, one bridge in a folder of its own, and a caller. */
import { type Bus, migrate } from "@patchbay/bus";
import { startTestNats, type TestNats } from "@patchbay/testing";
import type { Bridge } from "../bridge_options.ts";
import { type BridgeCaller, bridgeCaller } from "./bridge_caller.ts";

export interface BridgeStudio extends BridgeCaller, AsyncDisposable {
  readonly nats: TestNats;
  readonly bridge: Bridge;
  readonly folder: string;
}

export interface BridgeStudioOptions {
  /** Starts the bridge on a connection of its own; its files lie below the folder. */
  start(around: { bus: Bus; folder: string }): Promise<Bridge>;
  /** Whether it waits until the application takes commands. @default true */
  ready?: boolean;
}

/** A slow machine may take so long to start the application, in milliseconds. */
const START_MS = 60_000;

export async function startBridgeStudio({ start, ready = true }: BridgeStudioOptions): Promise<BridgeStudio> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-bridge-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const bridge = stack.use(await start({ bus: await nats.connect("bridge"), folder }));
  if (ready) await bridge.ready(AbortSignal.timeout(START_MS));
  const { presence } = bridge;
  const all = stack.move();
  return {
    ...bridgeCaller(bus, presence.app, presence.bridge),
    nats,
    bridge,
    folder,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
