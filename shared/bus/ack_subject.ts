/** Where a message stands in its stream: JetStream writes it into the reply subject of each delivery. */
export interface Place {
  /** The sequence in the stream. */
  seq: number;
  /** How often this message was delivered, this time included. */
  deliveries: number;
  /** The how-manieth delivery of this consumer it is, from 1. */
  delivery: number;
  /** How many more wait for this consumer. */
  pending: number;
  /** When the server stored it, by its own clock, in milliseconds since 1970. */
  storedAt: number;
}

/** `$JS.ACK` and seven tokens; since 2.15, domain and account hash come before them. */
const SHORT_TOKENS = 9;
const LONG_TOKENS = 11;

/** Reads `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<deliveries>.<seq>.<delivery>.<time>.<pending>`. */
export function parseAckSubject(subject: string): Place | undefined {
  const tokens = subject.split(".");
  if (tokens[0] !== "$JS" || tokens[1] !== "ACK") return undefined;
  const skip = tokens.length >= LONG_TOKENS ? 4 : 2;
  if (tokens.length < SHORT_TOKENS) return undefined;
  const [deliveries = NaN, seq = NaN, delivery = NaN, nanoseconds = NaN, pending = NaN] = tokens.slice(skip + 2)
    .map(Number);
  const storedAt = Math.floor(nanoseconds / 1e6);
  if (![deliveries, seq, delivery, storedAt, pending].every(Number.isSafeInteger)) return undefined;
  return { seq, deliveries, delivery, pending, storedAt };
}
