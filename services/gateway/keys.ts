/** API keys: `pb_<id>_<secret>`. Only the SHA-256 is kept; a 256-bit random secret needs no slow hash. */
import { Buffer } from "node:buffer";
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { Effect } from "@patchbay/contracts";

/** What a key may do; none implies another. `code` is for commands with the effect `open`. */
export const Scope = z.enum(["read", "write", "destructive", "code", "admin"]);
export type Scope = z.infer<typeof Scope>;

/** An API key as it is kept: without its secret. */
export const ApiKey = z.strictObject({
  id: z.string().regex(/^[a-z0-9]{4,32}$/, "4 to 32 lower-case letters and digits"),
  name: z.string().min(1).max(100),
  /** SHA-256 of the whole key, in lower-case hexadecimal. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(Scope),
});
export type ApiKey = z.infer<typeof ApiKey>;

/** The content of a key file. */
export const KeyFile = z.strictObject({ keys: z.array(ApiKey) });

const SHAPE = /^pb_([a-z0-9]{4,32})_[A-Za-z0-9_-]{43}$/;

/** Makes a new key. The text is shown once; the record is what is kept. */
export function createApiKey(init: { name: string; scopes: readonly Scope[] }): { text: string; record: ApiKey } {
  const text = `pb_${randomBytes(4).toString("hex")}_${randomBytes(32).toString("base64url")}`;
  return { text, record: apiKeyRecord(text, init) };
}

/**
 * The record of an existing key.
 * @throws {TypeError} for a text that is no key
 */
export function apiKeyRecord(text: string, init: { name: string; scopes: readonly Scope[] }): ApiKey {
  const id = SHAPE.exec(text)?.[1];
  if (id === undefined) throw new TypeError("Cannot read API key: it has not the form pb_<id>_<secret>");
  return { id, name: init.name, hash: sha256(text).toString("hex"), scopes: [...init.scopes] };
}

/** The keys that open the gateway. */
export class KeyRing {
  readonly #keys: ReadonlyMap<string, { key: ApiKey; hash: Uint8Array }>;
  /** The texts that were right: at most one a key. Looked up whole, so that the time tells nothing about a wrong one. */
  readonly #verified = new Map<string, ApiKey>();

  constructor(keys: readonly ApiKey[]) {
    this.#keys = new Map(keys.map((key) => [key.id, { key, hash: Buffer.from(key.hash, "hex") }]));
  }

  /** The key that the text is, or `undefined`. Takes as long for an unknown id as for a wrong secret. */
  verify(text: string): ApiKey | undefined {
    const verified = this.#verified.get(text);
    if (verified !== undefined) return verified;
    const id = SHAPE.exec(text)?.[1];
    const known = id === undefined ? undefined : this.#keys.get(id);
    const equal = timingSafeEqual(sha256(text), known?.hash ?? NOTHING);
    if (!equal || known === undefined) return undefined;
    this.#verified.set(text, known.key);
    return known.key;
  }
}

const NOTHING = new Uint8Array(32);
const sha256 = (text: string) => createHash("sha256").update(text).digest();

const SCOPE_OF_EFFECT: Record<Effect, Scope> = {
  read: "read",
  write: "write",
  destructive: "destructive",
  open: "code",
};

/** The effects that a key may have. */
export function effectsOf(key: ApiKey | undefined): Effect[] {
  return Effect.options.filter((effect) => key?.scopes.includes(SCOPE_OF_EFFECT[effect]));
}

/** The scope that a command of this effect asks for. */
export function scopeFor(effect: Effect): Scope {
  return SCOPE_OF_EFFECT[effect];
}
