/** The files of a rehearsal: real ones are read, new ones stay in memory, and nothing reaches the bus. */
import { createHash } from "node:crypto";
import { type AssetId, AssetRef, PatchbayError, ValidationError } from "@patchbay/contracts";

/** Looks a real asset up; `undefined` where there is none. */
export type ReadAsset = (id: AssetId) => Promise<{ ref: AssetRef; content: Uint8Array } | undefined>;

const Meta = AssetRef.pick({ name: true, mediaType: true });

export class KeptAssets {
  readonly #read: ReadAsset;
  readonly #limitBytes: number;
  readonly #kept = new Map<AssetId, { ref: AssetRef; content: Uint8Array }>();
  #bytes = 0;

  /** @param limitBytes of all new files together */
  constructor(read: ReadAsset, limitBytes: number) {
    this.#read = read;
    this.#limitBytes = limitBytes;
  }

  /** @throws {PatchbayError} `INVALID_ARGUMENTS` for a name that cannot be, `STORAGE_FULL` past the limit */
  async put(
    meta: { name: string; mediaType: string },
    content: ReadableStream<Uint8Array> | Uint8Array,
  ): Promise<AssetRef> {
    const parsed = Meta.safeParse(meta);
    if (!parsed.success) throw ValidationError.fromZod("INVALID_ARGUMENTS", "Cannot store asset", parsed.error);
    const bytes = content instanceof Uint8Array ? content : await this.#gather(content);
    const id = createHash("sha256").update(bytes).digest("hex");
    const ref: AssetRef = { id, ...parsed.data, size: bytes.length, digest: `sha-256:${id}` };
    if (!this.#kept.has(id)) {
      this.#take(bytes.length);
      this.#kept.set(id, { ref, content: bytes });
    }
    return ref;
  }

  async get(id: AssetId): Promise<{ ref: AssetRef; content: ReadableStream<Uint8Array> } | undefined> {
    const found = this.#kept.get(id) ?? await this.#read(id);
    return found === undefined ? undefined : { ref: found.ref, content: ReadableStream.from([found.content]) };
  }

  /** A stream that goes on past the limit is not read to its end. */
  async #gather(content: ReadableStream<Uint8Array>): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of content) {
      size += part.length;
      if (this.#bytes + size > this.#limitBytes) throw this.#full();
      parts.push(part);
    }
    return new Uint8Array(await new Blob(parts.map((part) => new Uint8Array(part))).arrayBuffer());
  }

  #take(bytes: number): void {
    if (this.#bytes + bytes > this.#limitBytes) throw this.#full();
    this.#bytes += bytes;
  }

  #full(): PatchbayError {
    return PatchbayError.of("STORAGE_FULL", `A rehearsal keeps at most ${this.#limitBytes} bytes of new files`, {
      remedy: "Run the plan without a rehearsal, or rehearse fewer steps that make files.",
      context: { limitBytes: this.#limitBytes },
    });
  }
}
