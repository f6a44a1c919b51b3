/** An application or a bridge that a clause names: "in blender …", "… on ws-07", "blender: …". */
import type { AppName, BridgeId, ManifestDocument, Presence } from "@patchbay/contracts";
import { isMark, isWord, type Token, tokenize } from "./tokens.ts";

/** Whom a clause is for. */
export interface Address {
  /** A bridge's id may be that of several applications. */
  apps: ReadonlySet<AppName>;
  bridge?: BridgeId;
}

export interface AddressFound {
  end: number;
  address: Address;
}

export interface Addresses {
  /** At the beginning of a clause. */
  opening(tokens: readonly Token[], at: number): AddressFound | undefined;
  /** At the end of a clause. */
  closing(tokens: readonly Token[], at: number): AddressFound | undefined;
}

const PREPOSITIONS = new Set(["in", "on", "inside", "within", "using", "with", "via", "through", "from"]);
const ASKING = new Set(["ask", "tell", "let", "have", "make"]);

/** Knows the applications and bridges by their names. */
export function addressesOf(manifests: Iterable<ManifestDocument>, bridges: readonly Presence[]): Addresses {
  const targets = new Map<string, { words: number; address: Address }>();
  const add = (name: string, apps: Iterable<AppName>, bridge?: BridgeId) => {
    const words = tokenize(name).map((token) => token.lower);
    const before = targets.get(words.join(" "))?.address.apps ?? [];
    const address = { apps: new Set([...before, ...apps]), ...(bridge === undefined ? {} : { bridge }) };
    if (words.length > 0) targets.set(words.join(" "), { words: words.length, address });
  };
  for (const { app, bridge } of bridges) {
    add(bridge, [app], bridge);
    add(`${app}.${bridge}`, [app], bridge);
  }
  for (const { app, title } of manifests) {
    add(app, [app]);
    add(title, [app]);
  }
  const longest = Math.max(0, ...[...targets.values()].map(({ words }) => words));

  function nameAt(tokens: readonly Token[], from: number): AddressFound | undefined {
    const at = isWord(tokens[from], "the") ? from + 1 : from;
    for (let length = longest; length > 0; length--) {
      const name = tokens.slice(at, at + length).map((token) => token.lower).join(" ");
      const target = at + length <= tokens.length ? targets.get(name) : undefined;
      if (target !== undefined) return { end: at + length, address: target.address };
    }
    return undefined;
  }

  /** `in blender`, `in blender on ws-07`. */
  function placeAt(tokens: readonly Token[], at: number): AddressFound | undefined {
    if (!PREPOSITIONS.has(tokens[at]?.lower ?? "")) return undefined;
    const first = nameAt(tokens, at + 1);
    const second = first === undefined || first.address.bridge !== undefined ? undefined : placeAt(tokens, first.end);
    if (first === undefined || second === undefined) return first;
    const apps = new Set([...second.address.apps].filter((app) => first.address.apps.has(app)));
    return { end: second.end, address: { ...second.address, apps } };
  }

  return {
    opening(tokens, at) {
      const place = placeAt(tokens, at);
      if (place !== undefined) return { ...place, end: skipMark(tokens, place.end, ",:") };
      if (ASKING.has(tokens[at]?.lower ?? "")) {
        const asked = nameAt(tokens, at + 1);
        return asked === undefined
          ? undefined
          : { ...asked, end: isWord(tokens[asked.end], "to") ? asked.end + 1 : asked.end };
      }
      const named = nameAt(tokens, at);
      return named !== undefined && isMark(tokens[named.end], ",:") ? { ...named, end: named.end + 1 } : undefined;
    },
    closing: placeAt,
  };
}

function skipMark(tokens: readonly Token[], at: number, marks: string): number {
  return isMark(tokens[at], marks) ? at + 1 : at;
}
