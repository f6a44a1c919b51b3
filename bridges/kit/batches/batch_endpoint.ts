/** `_batch`, on the bridge's own address and on `any`. */
import { type AnyGroupedEndpoint, groupedEndpoint } from "@patchbay/bus";
import { Batch, type BatchResult } from "@patchbay/contracts";
import type { BatchRunner } from "./batch_runner.ts";

/** Answers a `BatchResult`; a batch of which nothing was begun with the problem. */
export function batchEndpoint<S>(batches: Pick<BatchRunner<S>, "run">): AnyGroupedEndpoint {
  return groupedEndpoint<Batch, BatchResult>({
    name: "batch",
    token: "_batch",
    payload: Batch,
    type: "result",
    template: "patchbay.v1.cmd.{app}.{bridge}._batch",
    handler: ({ message, deadline }) => batches.run(message, deadline),
  });
}
