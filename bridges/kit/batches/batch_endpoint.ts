/** `_batch`: on the bridge's own address and on `any` a batch; on its own address also the step of a plan that is one. */
import { type AnyGroupedEndpoint, groupedEndpoint } from "@patchbay/bus";
import { Batch, type BatchResult, Command, type EnvelopeOf, type Result } from "@patchbay/contracts";
import { z } from "zod";
import type { BatchRunner } from "./batch_runner.ts";

export interface BatchEndpointOptions<S> {
  batches: Pick<BatchRunner<S>, "run">;
  /** Runs the bridge's own command of this name. */
  run(command: EnvelopeOf<Command>, deadline: number | undefined): Promise<Result>;
}

/** Answers a `BatchResult`; a batch of which nothing was begun with the problem. A command is answered as any other. */
export function batchEndpoint<S>({ batches, run }: BatchEndpointOptions<S>): AnyGroupedEndpoint {
  return groupedEndpoint<Batch | Command, BatchResult | Result>({
    name: "batch",
    token: "_batch",
    payload: z.union([Batch, Command]),
    type: "result",
    template: "patchbay.v1.cmd.{app}.{bridge}._batch",
    handler: ({ message, deadline }) =>
      isBatch(message) ? batches.run(message, deadline) : run(message as EnvelopeOf<Command>, deadline),
  });
}

const isBatch = (message: EnvelopeOf<Batch | Command>): message is EnvelopeOf<Batch> => "commands" in message.payload;
