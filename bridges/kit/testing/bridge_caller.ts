/** For tests of bridges: what a caller on the bus asks of one bridge, and hears of it. */
import { type Bus, getAsset, openBucket, putAsset, readStream, request, subscribe } from "@patchbay/bus";
import {
  AppEvent,
  type AppName,
  type AssetRef,
  type BridgeId,
  Cancel,
  ChannelSample,
  type Command,
  encodeEnvelope,
  envelope,
  fromProblem,
  type Id,
  type JsonObject,
  ManifestDocument,
  newId,
  PatchbayError,
  Progress,
  Result,
  StateUpdate,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";

export interface CallOptions {
  /** @default 30_000 */
  timeoutMs?: number;
  id?: Id;
}

export interface BridgeCaller {
  readonly bus: Bus;
  readonly app: AppName;
  /** The value of a command. @throws the problem that it was answered with */
  call(command: string, args?: JsonObject, options?: CallOptions): Promise<unknown>;
  /** What the bridge has announced last. */
  manifest(): Promise<ManifestDocument>;
  /** The state that was reported whole first. */
  state(): Promise<unknown>;
  cancel(id: Id): void;
  /** Of everything, from now on. */
  progress(): ReturnType<typeof subscribe<typeof Progress>>;
  events(name: string): ReturnType<typeof subscribe<typeof AppEvent>>;
  channel(name: string): ReturnType<typeof subscribe<typeof ChannelSample>>;
  bytes(asset: AssetRef): Promise<Uint8Array<ArrayBuffer>>;
  store(name: string, mediaType: string, content: Uint8Array): Promise<AssetRef>;
}

export function bridgeCaller(bus: Bus, app: AppName, bridge: BridgeId): BridgeCaller {
  return {
    bus,
    app,
    async call(command, args = {}, { timeoutMs = 30_000, id = newId() } = {}) {
      const payload: Command = { command, args, priority: "normal", timeoutMs };
      const message = envelope({ type: "command", id, source: "test", target: `${app}.${bridge}`, payload });
      const { payload: result } = await request(bus, subjects.command(app, bridge, command), message, {
        payload: Result,
        absent: "BRIDGE_OFFLINE",
        timeoutMs: timeoutMs + 10_000,
      });
      if (!result.ok) throw fromProblem(result.problem);
      return result.value;
    },
    async manifest() {
      const manifests = await openBucket(bus, "manifests", ManifestDocument);
      const found = await manifests.get(`${app}.${bridge}`);
      if (found === undefined) throw new Error(`${app}.${bridge} has announced nothing`);
      return found.value;
    },
    async state() {
      const updates = readStream(bus, "STATE", {
        subject: subjects.state(app, bridge),
        payload: StateUpdate,
        from: "start",
        follow: true,
        signal: AbortSignal.timeout(10_000),
      });
      for await (const { message: { payload } } of updates) if (payload.kind === "snapshot") return payload.state;
      throw new Error("there is no state");
    },
    cancel(commandId) {
      const payload: Cancel = { commandId };
      const message = envelope({ type: "command", source: "test", payload });
      bus.nc.publish(subjects.cancel(commandId), encodeEnvelope(message));
    },
    progress: () => subscribe(bus, subjects.progress(WILDCARD), { payload: Progress }),
    events: (event) => subscribe(bus, subjects.event(app, bridge, event), { payload: AppEvent }),
    channel: (name) => subscribe(bus, subjects.channel(app, bridge, name), { payload: ChannelSample }),
    bytes: async ({ id }) => await new Response((await getAsset(bus, id))?.content).bytes(),
    store: (name, mediaType, content) => putAsset(bus, { name, mediaType }, content),
  };
}

/** Whether an error is a problem of this code, and says this. */
export const code = (expected: string, message = /./) => (error: unknown): boolean =>
  error instanceof PatchbayError && error.code === expected && message.test(error.message);

/** Waits until a condition holds; a test that waits in vain runs into its own end. */
export async function until(condition: () => unknown): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
