/** Counts the errors of each bridge, and says when there are too many of a severity. Pure: told of each error, and of the time. */
import type { AppName, BridgeId, ErrorCode, ErrorThresholds, Severity } from "@patchbay/contracts";

/** One error of a bridge, or of its application. */
export interface SeenError {
  app: AppName;
  bridge: BridgeId;
  code: ErrorCode;
  severity: Severity;
  /** Milliseconds since 1970. */
  at: number;
}

/** Too many errors of one severity from one bridge. */
export interface Trip {
  app: AppName;
  bridge: BridgeId;
  severity: Exclude<Severity, "info">;
  count: number;
  windowMs: number;
  /** The most frequent first. */
  codes: { code: ErrorCode; count: number }[];
}

/** What one bridge did of one severity. */
interface Window {
  errors: { code: ErrorCode; at: number }[];
  /** It was said: nothing more is until then. */
  quietUntil: number;
}

/** More bridges than a studio has: of what a stranger makes up beyond that, the oldest is forgotten. */
const MOST_WINDOWS = 5_000;

export class ErrorMonitor {
  readonly #windows = new Map<string, Window>();

  /** A trip, the first time within a window that the threshold is reached. What is only said, or was wanted, does not count. */
  add({ app, bridge, code, severity, at }: SeenError, thresholds: ErrorThresholds): Trip | undefined {
    if (severity === "info") return undefined;
    const { windowMs } = thresholds;
    const key = `${app} ${bridge} ${severity}`;
    const window = this.#windows.get(key) ?? { errors: [], quietUntil: 0 };
    // the latest last
    this.#windows.delete(key);
    this.#windows.set(key, window);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > MOST_WINDOWS && oldest !== undefined) this.#windows.delete(oldest);
    if (at < window.quietUntil) return undefined;
    window.errors = window.errors.filter((error) => error.at > at - windowMs);
    window.errors.push({ code, at });
    const count = window.errors.length;
    if (count < thresholds[severity]) return undefined;
    const codes = frequencies(window.errors.map((error) => error.code));
    window.errors = [];
    window.quietUntil = at + windowMs;
    return { app, bridge, severity, count, windowMs, codes };
  }
}

function frequencies(codes: readonly ErrorCode[]): Trip["codes"] {
  const counts = new Map<ErrorCode, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count);
}
