/** Many commands of one application in one request. */
import {
  type Batch,
  type BatchCommand,
  BatchResult,
  type BridgeAddress,
  type OnBatchError,
  type Priority,
} from "@patchbay/contracts";
import type { CallOptions, Http } from "./http.ts";

/** One command of a batch; an argument may be what an earlier one gives: `{ "$ref": "0.result.name" }`. */
export type BatchStep = Pick<BatchCommand, "command"> & Partial<Pick<BatchCommand, "args" | "timeoutMs">>;

export interface BatchOptions extends CallOptions {
  /**
   * What is done where a command fails: `stop` leaves the rest out, `continue` goes on, `undo` takes back what was done.
   * @default "stop"
   */
  onError?: OnBatchError;
  /** What the application's undo history calls it. */
  label?: string;
  /** The same key runs once; a repetition gets the first answer. */
  idempotencyKey?: string;
  priority?: Priority;
  /** For the whole batch, in milliseconds. @default the sum of the commands' own */
  timeoutMs?: number;
  project?: string;
}

/** Runs the commands and gives what became of each. */
export async function runBatch(
  http: Http,
  bridge: BridgeAddress,
  commands: readonly BatchStep[],
  { onError, label, idempotencyKey, priority, timeoutMs, project, ...options }: BatchOptions = {},
): Promise<BatchResult> {
  const headers = idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey };
  const json: Partial<Record<keyof Batch | "bridge", unknown>> = {
    bridge,
    commands,
    onError,
    label,
    priority,
    timeoutMs,
    project,
  };
  return await http.call({ method: "POST", path: "/v1/commands/batch", json, headers }, BatchResult, options);
}
