/** What there is to plan with: every manifest and bridge that has been here, as the buckets say. */
import { type Bus, mirrorBucket } from "@patchbay/bus";
import {
  type AppName,
  BridgeAddress,
  ManifestDocument,
  parseAddress,
  type PlanWorld,
  Presence,
} from "@patchbay/contracts";

/** Follows the buckets `manifests` and `presence` until it is disposed. */
export interface World extends AsyncDisposable {
  /** A bridge that is away still exists: a plan may name it, and a run waits for it within limits. */
  now(): Required<Pick<PlanWorld, "manifests" | "bridges">>;
  /** Resolves when it follows no longer; with the error that ended it, if one did. */
  readonly ended: Promise<unknown>;
}

export async function followWorld(bus: Bus, signal: AbortSignal): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const onChange = () => known = undefined;
  let known: ReturnType<World["now"]> | undefined;
  const presence = stack.use(await mirrorBucket(bus, "presence", Presence, { signal, onChange }));
  const documents = stack.use(await mirrorBucket(bus, "manifests", ManifestDocument, { signal, onChange }));
  const parts = stack.move();
  const read = () => {
    // of several manifests of one application: that of a bridge which is here, and among these the latest
    const ranked = [...documents.values].sort(([a, { revision: x }], [b, { revision: y }]) =>
      Number(presence.values.has(a)) - Number(presence.values.has(b)) || x - y
    );
    const manifests = new Map<AppName, ManifestDocument>(ranked.map(([, { value }]) => [value.app, value]));
    const bridges = ranked.map(([key]) => ({
      ...parseAddress(BridgeAddress.parse(key)),
      allowCode: presence.values.get(key)?.value.allowCode ?? false,
    }));
    return { manifests, bridges };
  };
  return {
    now: () => known ??= read(),
    ended: Promise.race([presence.ended, documents.ended]),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
