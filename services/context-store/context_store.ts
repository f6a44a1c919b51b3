/** The service: its mirrors of NATS, and the verbs that answer from them. */
import { type Bus, mirrorBucket, serviceEndpoint, startService, whatFits } from "@patchbay/bus";
import { ManifestDocument, Presence, SERVICES } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { Directory } from "./directory.ts";
import { readHistory } from "./history.ts";
import { linkEndpoints } from "./links.ts";
import { LinkStatuses } from "./link_statuses.ts";
import { LinkStore } from "./link_store.ts";
import { StateMirror } from "./state_mirror.ts";

export interface ContextStoreOptions {
  bus: Bus;
  signal?: AbortSignal;
}

/** Disposing lets running calls finish, and leaves. */
export interface ContextStore extends AsyncDisposable {
  /** Resolves when the service has ended; with the error that ended it, if one did. */
  readonly ended: Promise<unknown>;
}

const NAME = "context-store";
const VERBS = SERVICES[NAME];
const log = logger(NAME);

/**
 * Starts the context store; it answers once it has read what is there.
 * @throws {PatchbayError} `BUS_UNAVAILABLE` when the streams are not there, `FORBIDDEN`
 */
export async function startContextStore({ bus, signal: given }: ContextStoreOptions): Promise<ContextStore> {
  const stop = new AbortController();
  const signal = given === undefined ? stop.signal : AbortSignal.any([stop.signal, given]);
  await using stack = new AsyncDisposableStack();
  const presence = stack.use(await mirrorBucket(bus, "presence", Presence, { signal }));
  const manifests = stack.use(await mirrorBucket(bus, "manifests", ManifestDocument, { signal }));
  const states = stack.use(await StateMirror.start(bus, signal));
  const directory = new Directory(presence.values, manifests.values);
  const statuses = stack.use(new LinkStatuses(bus));
  const links = await LinkStore.open(bus, { manifests: manifests.values, directory, statuses, signal });
  const service = stack.use(
    await startService(bus, {
      name: NAME,
      version: "0.1.0",
      description:
        "Which bridges are here, what they offer, what their applications look like, what was done to them, and the links.",
      source: NAME,
      signal,
      endpoints: [
        serviceEndpoint(NAME, "apps", {
          payload: VERBS.apps.request,
          handler: () => ({ apps: directory.apps() }),
        }),
        serviceEndpoint(NAME, "app", {
          payload: VERBS.app.request,
          handler: ({ payload }) => directory.app(payload.app),
        }),
        serviceEndpoint(NAME, "bridges", {
          payload: VERBS.bridges.request,
          handler: () => ({ bridges: directory.bridges() }),
        }),
        serviceEndpoint(NAME, "bridge", {
          payload: VERBS.bridge.request,
          handler: ({ payload }) => directory.bridge(payload),
        }),
        serviceEndpoint(NAME, "state", {
          payload: VERBS.state.request,
          handler: ({ payload }) => states.get(payload),
        }),
        serviceEndpoint(NAME, "history", {
          payload: VERBS.history.request,
          handler: async ({ payload, signal }) => ({ results: whatFits(bus, await readHistory(bus, payload, signal)) }),
        }),
        ...linkEndpoints(links),
      ],
    }),
  );
  // a mirror that no longer follows would answer what is no longer true: then nobody answers
  const failed = Promise.race([presence.ended, manifests.ended, states.ended]).then((error) => {
    if (error !== undefined) log.error("the context store ends: {error}", { error });
    stop.abort();
    return error;
  });
  const parts = stack.move();
  return {
    ended: Promise.all([failed, service.stopped]).then(([error]) => error),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
