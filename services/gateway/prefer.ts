/** What the caller prefers, in the header `Prefer` (RFC 7240): an answer at once, or only after waiting for so long. */

export interface Preference {
  /** `respond-async`: 202 rather than waiting. */
  respondAsync: boolean;
  /** `wait`: how long the caller waits for the whole answer, in milliseconds. */
  waitMs: number | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** What cannot be read is no preference: the standard lets it be ignored. @example `Prefer: respond-async, wait=20` */
export function readPreference(headers: Headers): Preference {
  const preferences = new Map<string, string>();
  for (const text of (headers.get("prefer") ?? "").split(",")) {
    const [name = "", value = ""] = (text.split(";", 1)[0] ?? "").split("=", 2).map((part) => part.trim());
    // of a preference that is given twice, the first counts
    if (name !== "" && !preferences.has(name.toLowerCase())) preferences.set(name.toLowerCase(), value);
  }
  const seconds = /^"?(\d{1,9})"?$/.exec(preferences.get("wait") ?? "")?.[1];
  return {
    respondAsync: preferences.has("respond-async"),
    waitMs: seconds === undefined ? undefined : Math.min(DAY_MS, Number(seconds) * 1000),
  };
}

/** The header `Preference-Applied`; nothing where no preference was. */
export function applied({ respondAsync, waitMs }: Preference): Record<string, string> {
  const names = [
    ...(respondAsync ? ["respond-async"] : []),
    ...(waitMs === undefined ? [] : [`wait=${waitMs / 1000}`]),
  ];
  return names.length === 0 ? {} : { "Preference-Applied": names.join(", ") };
}
