/** Run many commands of one application, with nothing of others in between. */
import { Batch, BatchCommand, BatchResult, MAX_BATCH_COMMANDS } from "@patchbay/contracts";
import { z } from "zod";
import { bridgeField } from "../bridge_field.ts";
import type { GatewayDeps } from "../deps.ts";
import { json, route } from "../route.ts";
import { checkBatch, sendBatch } from "../send_batch.ts";
import { idempotencyKey } from "../send_command.ts";

const { onError, label, priority, timeoutMs, project } = Batch.shape;

const batchBody = (deps: Pick<GatewayDeps, "here">) =>
  z.strictObject({
    bridge: bridgeField(deps),
    commands: z.array(z.strictObject(BatchCommand.shape)).min(1).max(MAX_BATCH_COMMANDS).meta({
      description:
        'In this order. An argument may be what an earlier one gives: `{ "$ref": "0.result.name" }` is the first one\'s `name`.',
    }),
    onError: onError.meta({
      description: "When one fails: leave the rest out, go on, or take back what was done and leave the rest out.",
    }),
    label: label.meta({
      description: "What the application's undo history calls it: the whole batch is one step there.",
    }),
    priority,
    timeoutMs: timeoutMs.meta({ description: "For all of it, in milliseconds. @default the sum of the commands' own" }),
    project,
  });

export const batchRoutes = (deps: Pick<GatewayDeps, "bus" | "manifests" | "here" | "commands" | "signal">) => [
  route({
    method: "POST",
    path: "/v1/commands/batch",
    id: "runBatch",
    summary: "Runs many commands as one: all are checked first, and one answer says what became of each. " +
      "The key needs the scope of each command's effect.",
    scope: "any",
    body: batchBody(deps),
    headers: [
      { name: "Idempotency-Key", description: "The same key runs once; a repetition gets the first answer." },
    ],
    answers: {
      200: {
        description: "It was run; `ok` says whether all of it succeeded, `items` which did not",
        schema: BatchResult,
      },
    },
  }, async ({ body, key, correlationId, request }) => {
    const offered = checkBatch(deps, body, key);
    const caller = { correlationId, idempotencyKey: idempotencyKey(request.headers) };
    return json(await sendBatch(deps, body, offered, caller));
  }),
];
