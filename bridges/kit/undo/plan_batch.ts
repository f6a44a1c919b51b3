/** `_batch`: the step of a plan that is a batch, run as any batch is, under the step's command. */
import { derivedId } from "@patchbay/bus";
import {
  type AppName,
  type Batch,
  BATCH_COMMAND,
  type BatchResult,
  type BridgeId,
  envelope,
  fromProblem,
  type Id,
  newId,
  PatchbayError,
  PlanBatch,
} from "@patchbay/contracts";
import { currentCorrelationId } from "@patchbay/telemetry";
import type { AdapterCall } from "../adapter.ts";
import type { BatchRunner } from "../batches/batch_runner.ts";

/** The id of the batch that a step's command is: what the application's history knows it by. */
export const batchIdOf = (commandId: Id): Id => derivedId(commandId, BATCH_COMMAND);

/**
 * @throws {PatchbayError} what the first command that failed answered, unless the batch goes on over failures; what keeps the
 *   batch from beginning
 */
export async function runPlanBatch<S>(
  batches: Pick<BatchRunner<S>, "run" | "cancel">,
  { app, bridge }: { app: AppName; bridge: BridgeId },
  { args, id, signal, deadline }: AdapterCall,
): Promise<BatchResult> {
  const asked = PlanBatch.parse(args);
  const payload: Batch = { ...asked, idempotencyKey: `${id}.${BATCH_COMMAND}`, priority: "normal" };
  const message = envelope({
    type: "command",
    id: batchIdOf(id),
    payload,
    source: `${app}.${bridge}`,
    target: `${app}.${bridge}`,
    correlationId: currentCorrelationId() ?? newId(),
  });
  const cancel = () => batches.cancel(message.id, "the step is cancelled");
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const result = await batches.run(message, deadline);
    if (result.ok || asked.onError === "continue") return result;
    throw failureOf(result);
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function failureOf({ items, undone, problem }: BatchResult): PatchbayError {
  const index = items.findIndex(({ status }) => status === "failed");
  const failed = items[index]?.result;
  const cause = failed?.ok === false ? failed.problem : problem;
  const left = items.filter(({ status }) => status === "succeeded").length;
  const after = undone ? "all of it was taken back" : `${left} commands before it were done, and stay`;
  if (cause === undefined) return new PatchbayError("COMMAND_FAILED", `The batch was not done: ${after}`);
  const error = fromProblem(cause);
  const where = index === -1 ? "" : `command ${index + 1} ('${items[index]!.command}'): `;
  return PatchbayError.of(error.code, `Cannot run the batch: ${where}${error.message}; ${after}`, {
    context: { ...error.context, ...(index === -1 ? {} : { index }), undone, started: true },
    issues: error.issues,
    retryable: false,
    cause: error,
  });
}
