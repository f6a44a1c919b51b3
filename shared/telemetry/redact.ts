/** Takes secrets out of what is logged, traced or answered. */

const REDACTED = "[redacted]";
const MAX_DEPTH = 12;

/** Names whose values are secret; counts such as `inputTokens` are not. */
const SECRET_NAME =
  /^(.*[_\-.]|.*[a-z](?=[A-Z]))?(authorization|proxy-authorization|cookie|set-cookie|password|passphrase|secret|token|credentials?|seed|(api|private|signing)[_-]?key)$/i;

/** Secrets by their looks, wherever they stand. */
const SECRET_TEXT: readonly [RegExp, string][] = [
  // Patchbay's own keys keep their public part
  [/\b(pb_[A-Za-z0-9]+_)[A-Za-z0-9_-]{8,}/g, `$1${REDACTED}`],
  [/\bsk-[A-Za-z0-9_-]{8,}/g, REDACTED],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  // the seed of an nkey
  [/\bS[UANOCX][A-Z2-7]{56}\b/g, REDACTED],
  // user information in a URL
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]+:[^\s/@]+@/gi, `$1${REDACTED}@`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
];

/**
 * A copy of any value with its secrets replaced: by the names of fields, and by the looks of text. Cycles and what lies deeper than
 * twelve levels are cut, an error becomes its name, message, code and cause.
 * @example `redact({ url: "nats://a:b@host", password: "x" }) // { url: "nats://[redacted]@host", password: "[redacted]" }`
 */
export function redact(value: unknown): unknown {
  return copy(value, 0, []);
}

/** The same for a text. */
export function redactText(text: string): string {
  return SECRET_TEXT.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}

function copy(value: unknown, depth: number, above: readonly object[]): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return `[${typeof value}]`;
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "[circular]";
  if (depth >= MAX_DEPTH) return "[…]";
  const inner = (part: unknown) => copy(part, depth + 1, [...above, value]);
  if (value instanceof Error) return copyError(value, inner);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof URL) return redactText(value.href);
  if (Array.isArray(value)) return value.map(inner);
  if (value instanceof Set) return [...value].map(inner);
  const fields = value instanceof Map
    ? [...value].map(([name, field]): [string, unknown] => [String(name), field])
    : value instanceof Headers
    ? [...value]
    : Object.entries(value);
  return Object.fromEntries(
    fields.map(([name, field]) => [name, field !== undefined && SECRET_NAME.test(name) ? REDACTED : inner(field)]),
  );
}

function copyError(error: Error, inner: (part: unknown) => unknown): Record<string, unknown> {
  return {
    name: error.name,
    message: redactText(error.message),
    ...("code" in error ? { code: inner(error.code) } : {}),
    ...("context" in error ? { context: inner(error.context) } : {}),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: inner(error.cause) }),
  };
}
