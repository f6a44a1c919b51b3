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

/** Read as the one that it is meant to be, so that what is wrong has its path: a union would only say that it is neither. */
const BatchOrCommand = z.unknown().transform((value, context): Batch | Command => {
  const isCommand = typeof value === "object" && value !== null && "command" in value;
  const read = isCommand ? Command.safeParse(value) : Batch.safeParse(value);
  if (read.success) return read.data;
  for (const { path, message } of read.error.issues) context.addIssue({ code: "custom", path, message });
  return z.NEVER;
});

/** Answers a `BatchResult`; a batch of which nothing was begun with the problem. A command is answered as any other. */
export function batchEndpoint<S>({ batches, run }: BatchEndpointOptions<S>): AnyGroupedEndpoint {
  return groupedEndpoint<Batch | Command, BatchResult | Result>({
    name: "batch",
    token: "_batch",
    payload: BatchOrCommand,
    type: "result",
    template: "patchbay.v1.cmd.{app}.{bridge}._batch",
    handler: ({ message, deadline }) =>
      isBatch(message) ? batches.run(message, deadline) : run(message as EnvelopeOf<Command>, deadline),
  });
}

const isBatch = (message: EnvelopeOf<Batch | Command>): message is EnvelopeOf<Batch> => "commands" in message.payload;
