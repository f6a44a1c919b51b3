/** Which bridges are here and what they offer. */
import { type AppName, formatAddress, type ManifestDocument, PatchbayError, type Presence } from "@patchbay/contracts";

type Mirrored<V> = ReadonlyMap<string, { value: V; revision: number }>;

export class Directory {
  readonly #presence: Mirrored<Presence>;
  readonly #manifests: Mirrored<ManifestDocument>;

  /** Both by `<app>.<bridge>`. */
  constructor(presence: Mirrored<Presence>, manifests: Mirrored<ManifestDocument>) {
    this.#presence = presence;
    this.#manifests = manifests;
  }

  /** By address. */
  bridges(): Presence[] {
    return [...this.#presence].sort(([a], [b]) => a < b ? -1 : 1).map(([, { value }]) => value);
  }

  /** @throws {PatchbayError} `NOT_FOUND` with the bridges that are here */
  bridge(address: { app: string; bridge: string }): Presence {
    const key = formatAddress(address);
    const found = this.#presence.get(key);
    if (found !== undefined) return found.value;
    throw new PatchbayError("NOT_FOUND", `Cannot find bridge '${key}': it is not here`, {
      context: { available: [...this.#presence.keys()].sort() },
    });
  }

  /** One manifest an application, by name: that of a bridge which is here, and among these the one that came last. */
  apps(): ManifestDocument[] {
    const best = new Map<AppName, { value: ManifestDocument; rank: [boolean, number] }>();
    for (const [key, { value, revision }] of this.#manifests) {
      const rank: [boolean, number] = [this.#presence.has(key), revision];
      const other = best.get(value.app);
      if (other === undefined || outranks(rank, other.rank)) best.set(value.app, { value, rank });
    }
    return [...best].sort(([a], [b]) => a < b ? -1 : 1).map(([, { value }]) => value);
  }

  /** @throws {PatchbayError} `UNKNOWN_APP` with the applications that are known */
  app(app: AppName): ManifestDocument {
    const apps = this.apps();
    const found = apps.find((manifest) => manifest.app === app);
    if (found !== undefined) return found;
    throw new PatchbayError("UNKNOWN_APP", `Cannot find application '${app}': no bridge of it has been here`, {
      context: { available: apps.map((manifest) => manifest.app) },
    });
  }
}

const outranks = ([here, revision]: [boolean, number], [otherHere, otherRevision]: [boolean, number]) =>
  here === otherHere ? revision > otherRevision : here;
