/** What a source gives to the links that begin there. */
import type { Bus } from "@patchbay/bus";
import type { Clock } from "./clock.ts";

/** A whole value of a source: a channel's, or a state. */
export interface Sample {
  value: unknown;
  /** When it was made, by the clock of the source. */
  at: number;
  /** When it arrived, by ours. */
  arrivedAt: number;
  /** What makes a time of the source one of ours, in milliseconds. */
  offsetMs: number;
}

export interface SourceListener {
  sample(sample: Sample): void;
  /** Nothing comes, and nothing will. @param reason for a person */
  failed(reason: string): void;
}

/** One source, followed for as long as somebody listens. */
export interface SourceFeed extends AsyncDisposable {
  /** May call back at once, where the value is known. */
  add(listener: SourceListener): void;
  /** Whether nobody listens any more. */
  remove(listener: SourceListener): boolean;
}

export interface FeedOptions {
  bus: Bus;
  clock: Clock;
  /** Who asks: `blender.ws-07`. */
  source: string;
}
