/** OSC addresses, and the patterns that match them: `?`, `*`, `[a-z]`, `[!x]`, `{one,two}`, each within one part. */

const ADDRESS = /^\/[\x21-\x22\x24-\x29\x2b\x2d-\x3e\x40-\x5a\x5c\x5e-\x7a\x7c\x7e/]*$/;
const PATTERN = /^\/[\x21-\x7e]*$/;
const MAX_LENGTH = 1024;

/** A concrete address: printable ASCII without the characters of patterns. */
export const isOscAddress = (text: string): boolean => text.length <= MAX_LENGTH && ADDRESS.test(text);

/** An address or a pattern. */
export const isOscPattern = (text: string): boolean => text.length <= MAX_LENGTH && PATTERN.test(text);

/** Whether an address is meant. @example `matchesOscPattern("/live/s?ng/get/{tempo,loop}", "/live/song/get/tempo")` */
export function matchesOscPattern(pattern: string, address: string): boolean {
  if (isOscAddress(pattern)) return pattern === address;
  const [wanted, parts] = [pattern.split("/"), address.split("/")];
  return wanted.length === parts.length && wanted.every((part, i) => matchesPart(part, parts[i] ?? ""));
}

/** By all the places that a beginning of the pattern may reach: no pattern from outside makes it slow. */
function matchesPart(pattern: string, text: string): boolean {
  const tokens = tokensOf(pattern);
  let reached = new Set([0]);
  for (const token of tokens) {
    const next = new Set<number>();
    // what a star reaches from the first place includes all that it reaches from the others
    const from = token === anything ? [Math.min(...reached)] : reached;
    for (const at of from) for (const end of token(text, at)) next.add(end);
    if (next.size === 0) return false;
    reached = next;
  }
  return reached.has(text.length);
}

/** Where a token that begins here may end. */
type Token = (text: string, at: number) => Iterable<number>;

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length;) {
    const char = pattern[at]!;
    const close = char === "[" ? pattern.indexOf("]", at) : char === "{" ? pattern.indexOf("}", at) : -1;
    if (close !== -1) {
      const inside = pattern.slice(at + 1, close);
      tokens.push(char === "[" ? oneOf(inside) : anyOf(inside.split(",")));
      at = close + 1;
      continue;
    }
    tokens.push(char === "*" ? anything : char === "?" ? anyCharacter : anyOf([char]));
    at++;
  }
  return tokens;
}

function* anything(text: string, at: number): Generator<number> {
  for (let end = at; end <= text.length; end++) yield end;
}

const anyCharacter: Token = (text, at) => at < text.length ? [at + 1] : [];

const anyOf = (words: readonly string[]): Token => (text, at) =>
  words.filter((word) => text.startsWith(word, at)).map((word) => at + word.length);

function oneOf(inside: string): Token {
  const negated = inside.startsWith("!");
  const set = negated ? inside.slice(1) : inside;
  const has = (char: string) => {
    for (let i = 0; i < set.length; i++) {
      if (set[i + 1] === "-" && i + 2 < set.length) {
        if (char >= set[i]! && char <= set[i + 2]!) return true;
        i += 2;
      } else if (set[i] === char) return true;
    }
    return false;
  };
  return (text, at) => at < text.length && has(text[at]!) !== negated ? [at + 1] : [];
}
