/** Keys of buckets: letters, digits, `-`, `_`, `/`, `=` and `.`, which divides a key into tokens. */

const KEY = /^[-/=\w]+(\.[-/=\w]+)*$/;
const FILTER = /^([-/=\w]+|\*)(\.([-/=\w]+|\*))*(\.>)?$|^>$/;

/** @throws {TypeError} for a key that NATS would refuse or that would reach other keys */
export function checkKey(key: string): string {
  if (KEY.test(key) && key.length <= MAX_KEY_LENGTH) return key;
  throw new TypeError(`Cannot use key ${JSON.stringify(key.slice(0, 80))}: letters, digits and -_/=. only`);
}

/** @throws {TypeError} for a filter that NATS would refuse */
export function checkFilter(filter: string): string {
  if (FILTER.test(filter) && filter.length <= MAX_KEY_LENGTH) return filter;
  throw new TypeError(`Cannot use key filter ${JSON.stringify(filter.slice(0, 80))}`);
}

const MAX_KEY_LENGTH = 1024;

/**
 * One key token for any text, such as an idempotency key: text that is a plain token stays readable, other text becomes
 * `=` and base64url, so that no two texts share a key.
 */
export function keyToken(text: string): string {
  if (/^[-\w]+$/.test(text)) return text;
  const binary = String.fromCharCode(...new TextEncoder().encode(text));
  return `=${btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}
