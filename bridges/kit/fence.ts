/** Whether this process may still act under its id. */

/** Looked at before each side effect: another process may have the id by now. */
export interface Fence {
  /** Whether the lease is ours at this moment, by the monotonic clock. */
  valid(): boolean;
  /** The fencing token: grows with each holder of the id. */
  readonly revision: number;
}
