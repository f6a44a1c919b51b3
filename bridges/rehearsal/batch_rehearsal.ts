/** A step that is a batch, on its stage: its commands one after the other. */
import type { Stage } from "@patchbay/bridge-kit/rehearsal";
import {
  BATCH_COMMAND,
  type BatchItem,
  type BatchResult,
  type JsonObject,
  newId,
  PatchbayError,
  PlanBatch,
  type Step,
  toProblem,
} from "@patchbay/contracts";

/** The commands of a step: one, or those of its batch. */
export function commandsOf({ command, args }: Pick<Step, "command" | "args">): string[] {
  const batch = command === BATCH_COMMAND ? PlanBatch.safeParse(args) : undefined;
  return batch?.success === true ? batch.data.commands.map(({ command }) => command) : [command];
}

/**
 * Runs what a step is on a stage.
 * @throws {PatchbayError} what the application answers; of a batch that does not go on over failures, which command failed
 */
export function runOnStage(stage: Stage, { command }: Step, args: JsonObject, timeoutMs: number): Promise<unknown> {
  return command === BATCH_COMMAND ? runBatch(stage, args, timeoutMs) : stage.run(command, args, timeoutMs);
}

async function runBatch(stage: Stage, args: JsonObject, timeoutMs: number): Promise<BatchResult> {
  const { commands, onError } = PlanBatch.parse(args);
  const { app } = stage.manifest;
  const startedAt = Date.now();
  const of = { app, bridge: "rehearsal" };
  const items: BatchItem[] = [];
  for (const [index, { command, args }] of commands.entries()) {
    const facts = { ...of, commandId: newId(), command, startedAt: Date.now() };
    try {
      const value = await stage.run(command, args, timeoutMs);
      const durationMs = Date.now() - facts.startedAt;
      items.push({ command, status: "succeeded", result: { ...facts, durationMs, ok: true, value } });
    } catch (error) {
      if (onError !== "continue") throw failureAt(index, command, error);
      const durationMs = Date.now() - facts.startedAt;
      items.push({ command, status: "failed", result: { ...facts, durationMs, ok: false, problem: toProblem(error) } });
    }
  }
  const ok = items.every(({ status }) => status === "succeeded");
  return { ...of, batchId: newId(), ok, undone: false, startedAt, durationMs: Date.now() - startedAt, items };
}

function failureAt(index: number, command: string, error: unknown): PatchbayError {
  const { code, detail } = toProblem(error);
  return PatchbayError.of(code, `Command ${index + 1} ('${command}') of the batch: ${detail}`, {
    context: { ...(error instanceof PatchbayError ? error.context : {}), index },
    cause: error,
  });
}
