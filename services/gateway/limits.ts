/** What one request, and one stream, may take. */
export interface Limits {
  /** Bytes of a JSON body. */
  bodyBytes: number;
  /** Bytes of one asset. */
  assetBytes: number;
  /** How long making a plan may take, in milliseconds. */
  planTimeoutMs: number;
  /** How long a rehearsal may take, in milliseconds; it ends by itself before. */
  rehearsalTimeoutMs: number;
  /** How long any other question to a service may take, in milliseconds. */
  serviceTimeoutMs: number;
  /** Events that wait for one slow reader before the oldest are dropped. */
  queuedEvents: number;
  /** The same in characters of JSON: a single event may carry a whole scene. */
  queuedCharacters: number;
  /** Silence after which an event stream gets a comment, in milliseconds. */
  heartbeatMs: number;
}

export const DEFAULT_LIMITS: Readonly<Limits> = {
  bodyBytes: 1024 * 1024,
  assetBytes: 2 * 1024 ** 3,
  planTimeoutMs: 180_000,
  rehearsalTimeoutMs: 120_000,
  serviceTimeoutMs: 10_000,
  queuedEvents: 1_000,
  queuedCharacters: 8 * 1024 ** 2,
  heartbeatMs: 15_000,
};
