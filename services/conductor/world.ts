/** What there is to plan with: every manifest and bridge that has been here, as the buckets say. */
import { type Bus, mirrorBucket, openBucket } from "@patchbay/bus";
import {
  type AppName,
  BridgeAddress,
  type BridgeId,
  type Effect,
  isBridgesOwn,
  ManifestDocument,
  parseAddress,
  type PlanWorld,
  Presence,
} from "@patchbay/contracts";

/** A bridge that is away still exists: a plan may name it, and a run waits for it within limits. */
export type Here = Required<Pick<PlanWorld, "manifests" | "bridges">>;

/** Follows the buckets `manifests` and `presence` until it is disposed. */
export interface World extends AsyncDisposable {
  /** As it was told: maybe a moment old. */
  now(): Here;
  /** As it is: read again, before something is refused because it is not there. */
  fresh(): Promise<Here>;
  /** Whether a bridge has a command. */
  offers(app: AppName, bridge: BridgeId, command: string): boolean;
  /** Resolves when it follows no longer; with the error that ended it, if one did. */
  readonly ended: Promise<unknown>;
}

type Entries<V> = Iterable<readonly [string, { value: V; revision: number }]>;

export async function followWorld(bus: Bus, signal: AbortSignal): Promise<World> {
  await using stack = new AsyncDisposableStack();
  let known: Here | undefined;
  const onChange = () => known = undefined;
  const presence = stack.use(await mirrorBucket(bus, "presence", Presence, { signal, onChange }));
  const manifests = stack.use(await mirrorBucket(bus, "manifests", ManifestDocument, { signal, onChange }));
  const present = await openBucket(bus, "presence", Presence, { signal });
  const offered = await openBucket(bus, "manifests", ManifestDocument, { signal });
  const parts = stack.move();
  return {
    now: () => known ??= describe(manifests.values, presence.values),
    async fresh() {
      const [documents, bridges] = await Promise.all([offered.entries(), present.entries()]);
      // the same object for what has not changed: its compiled schemas are found again
      const same = (entry: (typeof documents)[number]) => {
        const known = manifests.values.get(entry.key);
        return known?.revision === entry.revision ? known : entry;
      };
      return describe(documents.map((entry) => [entry.key, same(entry)]), bridges.map((entry) => [entry.key, entry]));
    },
    offers(app, bridge, command) {
      if (isBridgesOwn(command)) return true;
      const commands = manifests.values.get(`${app}.${bridge}`)?.value.commands;
      return commands !== undefined && Object.hasOwn(commands, command);
    },
    ended: Promise.race([presence.ended, manifests.ended]),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/**
 * Of several manifests of one application counts that of a bridge which is here, and among these the latest; of the effects of
 * a command, the most harmful one, since a step may come to any of them. A bridge speaks for its own application only.
 */
function describe(documents: Entries<ManifestDocument>, presence: Entries<Presence>): Here {
  const here = new Map(presence);
  const own = [...documents].filter(([key, { value }]) => key.startsWith(`${value.app}.`));
  const ranked = own.sort(([a, { revision: x }], [b, { revision: y }]) =>
    Number(here.has(a)) - Number(here.has(b)) || x - y
  );
  const manifests = new Map<AppName, ManifestDocument>(ranked.map(([, { value }]) => [value.app, value]));
  for (const [, { value }] of ranked) manifests.set(value.app, asHarmful(manifests.get(value.app) ?? value, value));
  return {
    manifests,
    bridges: ranked.map(([key]) => ({
      ...parseAddress(BridgeAddress.parse(key)),
      allowCode: here.get(key)?.value.allowCode ?? false,
    })),
  };
}

const HARM: readonly Effect[] = ["read", "write", "destructive", "open"];

/** The manifest, with each command that another one calls more harmful as harmful as that. */
function asHarmful(manifest: ManifestDocument, other: ManifestDocument): ManifestDocument {
  if (manifest === other) return manifest;
  const changed = Object.entries(manifest.commands).flatMap(([name, command]) => {
    const effect = Object.hasOwn(other.commands, name) ? other.commands[name]!.effect : command.effect;
    return HARM.indexOf(effect) > HARM.indexOf(command.effect) ? [[name, { ...command, effect }] as const] : [];
  });
  if (changed.length === 0) return manifest;
  return { ...manifest, commands: { ...manifest.commands, ...Object.fromEntries(changed) } };
}
