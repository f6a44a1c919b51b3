/** Links as they are kept: by their target, so that its bridge reads its own and no others; each id once in the studio. */
import { type Bucket, type Bus, openBucket } from "@patchbay/bus";
import { checkLink } from "@patchbay/contracts/link-validation";
import {
  type AppName,
  type BridgeId,
  ConflictError,
  formatAddress,
  Link,
  type LinkId,
  type LinkRecord,
  type ManifestDocument,
  PatchbayError,
  ValidationError,
} from "@patchbay/contracts";
import type { Directory } from "./directory.ts";
import type { LinkStatuses } from "./link_statuses.ts";

export interface LinkStoreOptions {
  /** By `<app>.<bridge>`. */
  manifests: ReadonlyMap<string, { value: ManifestDocument }>;
  directory: Directory;
  statuses: LinkStatuses;
  signal: AbortSignal;
}

interface Kept {
  key: string;
  value: Link;
  revision: number;
}

const keyOf = ({ id, target }: Link) => `${target.app}.${target.bridge}.${id}`;

export class LinkStore {
  readonly #bucket: Bucket<Link>;
  readonly #options: LinkStoreOptions;

  private constructor(bucket: Bucket<Link>, options: LinkStoreOptions) {
    this.#bucket = bucket;
    this.#options = options;
  }

  /** @throws {PatchbayError} `BUS_UNAVAILABLE` where the bucket is not there */
  static async open(bus: Bus, options: LinkStoreOptions): Promise<LinkStore> {
    return new LinkStore(await openBucket(bus, "links", Link, { signal: options.signal }), options);
  }

  /** By id. */
  async list(): Promise<LinkRecord[]> {
    const byId = new Map<LinkId, Kept>();
    for (const kept of newestLast(await this.#bucket.entries())) byId.set(kept.value.id, kept);
    return [...byId.values()].sort((a, b) => a.value.id < b.value.id ? -1 : 1).map((kept) => this.#record(kept));
  }

  /** @throws {PatchbayError} `NOT_FOUND` */
  async get(id: LinkId): Promise<LinkRecord> {
    return this.#record(await this.#found(id, "Cannot find"));
  }

  /**
   * Creates or changes a link. @param revision the one that the caller has seen, 0 for none; without it, whatever there is
   * @throws {ValidationError} `INVALID_ARGUMENTS`, with the field of each issue
   * @throws {ConflictError} another revision is there
   */
  async put(link: Link, revision?: number): Promise<LinkRecord> {
    this.#check(link);
    const all = await this.#kept(link.id);
    const there = all.at(-1);
    if (revision !== undefined && revision !== (there?.revision ?? 0)) throw conflict(link.id, there);
    if (there?.key === keyOf(link)) {
      const updated = await this.#bucket.update(there.key, link, there.revision);
      return this.#record({ ...there, value: link, revision: updated });
    }
    return this.#record(await this.#create(link, all));
  }

  /** @throws {PatchbayError} `NOT_FOUND`, `CONFLICT` */
  async delete(id: LinkId, revision?: number): Promise<void> {
    const there = await this.#found(id, "Cannot delete");
    if (revision !== undefined && revision !== there.revision) throw conflict(id, there);
    for (const kept of (await this.#kept(id)).reverse()) await this.#bucket.delete(kept.key, kept.revision);
  }

  /** A new link, or one with another target: first the new key, so that none is lost where this ends half-way. */
  async #create(link: Link, before: readonly Kept[]): Promise<Kept> {
    const key = keyOf(link);
    const kept = { key, value: link, revision: await this.#bucket.create(key, link) };
    const known = new Set(before.map((old) => old.revision));
    try {
      // of two that are created at once, under two targets, the first one stays
      const first = (await this.#kept(link.id)).find((other) => !known.has(other.revision));
      if (first !== undefined && first.revision < kept.revision) throw conflict(link.id, first);
      for (const old of before) await this.#bucket.delete(old.key, old.revision);
      return kept;
    } catch (error) {
      await this.#bucket.delete(key, kept.revision);
      throw error;
    }
  }

  /** All of this id, the newest last: more than one only where a change of the target ended half-way. */
  async #kept(id: LinkId): Promise<Kept[]> {
    return newestLast(await this.#bucket.entries(`*.*.${id}`));
  }

  async #found(id: LinkId, action: string): Promise<Kept> {
    const found = (await this.#kept(id)).at(-1);
    if (found !== undefined) return found;
    const available = (await this.list()).map(({ link }) => link.id);
    throw new PatchbayError("NOT_FOUND", `${action} link '${id}': there is none`, { context: { available } });
  }

  #check(link: Link): void {
    const issues = checkLink(link, { source: this.#manifest(link.source), target: this.#manifest(link.target) });
    const [first] = issues;
    if (first === undefined) return;
    const message = `Cannot keep link '${link.id}': ${first.path.join(".")}: ${first.message}`;
    throw new ValidationError("INVALID_ARGUMENTS", message, { issues });
  }

  /** What this bridge offers, or else what the others of its application do. */
  #manifest(address: { app: AppName; bridge: BridgeId }): ManifestDocument | undefined {
    const { manifests, directory } = this.#options;
    return manifests.get(formatAddress(address))?.value ?? directory.apps().find(({ app }) => app === address.app);
  }

  #record({ value: link, revision }: Kept): LinkRecord {
    return { link, revision, status: this.#options.statuses.of(link, revision) };
  }
}

const newestLast = (kept: readonly Kept[]) => [...kept].sort((a, b) => a.revision - b.revision);

function conflict(id: LinkId, there: Kept | undefined): ConflictError {
  const found = there === undefined ? "it is not there" : `it is at revision ${there.revision}`;
  return new ConflictError("CONFLICT", `Cannot change link '${id}': ${found}`, {
    context: { revision: there?.revision ?? 0 },
  });
}
