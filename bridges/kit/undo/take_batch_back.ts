/** Takes a batch back that was a step of a plan: in one step where the application made it one, else command by command. */
import { BatchResult, PlanBatch, TakeBack, type TakenBack } from "@patchbay/contracts";
import { batchIdOf } from "./plan_batch.ts";

/** How one command, or what the history knows by an id, is taken back or done again. */
export interface BatchTaker {
  /** Whether the application's own history has gone past it. */
  inHistory(id: string): Promise<boolean>;
  one(done: TakeBack): Promise<TakenBack>;
  /** Whether a command only reads: there is nothing to take back. */
  reads(command: string): boolean;
}

/** @param direction `undo` goes from the last command to the first */
export async function takeBatch(
  done: TakeBack,
  direction: "undo" | "redo",
  { inHistory, one, reads }: BatchTaker,
): Promise<TakenBack> {
  const batch = PlanBatch.safeParse(done.args);
  const result = BatchResult.safeParse(done.value);
  if (!batch.success) return { done: false, reason: "what the batch did is not known any more" };
  if (await inHistory(batchIdOf(done.commandId))) {
    return { done: true, by: "app", reason: "in one step of the application's own history", value: done.value };
  }
  if (!result.success) return { done: false, reason: "what each command of the batch did is not known any more" };
  const changes = result.data.items.flatMap(({ command, status, result }, i): TakeBack[] => {
    if (status !== "succeeded" || result?.ok !== true || reads(command)) return [];
    const { commandId, value } = result;
    const { session, inverse } = done;
    const args = batch.data.commands[i]?.args ?? {};
    return [{
      commandId,
      command,
      args,
      value,
      ...(session === undefined ? {} : { session }),
      ...(inverse === undefined ? {} : { inverse }),
    }];
  });
  const taken: TakenBack[] = [];
  for (const change of direction === "undo" ? changes.toReversed() : changes) {
    taken.push(await one(change));
  }
  return summed(taken, done);
}

function summed(taken: readonly TakenBack[], { value }: TakeBack): TakenBack {
  const left = taken.filter(({ done }) => !done);
  if (left.length > 0) {
    const reason = `${left.length} of ${taken.length} commands stay as they are: ${left[0]!.reason}`;
    return { done: false, reason: reason.slice(0, 500) };
  }
  const by = taken.every(({ by }) => by === "app")
    ? "app"
    : taken.some(({ by }) => by === "again")
    ? "again"
    : "inverse";
  return { done: true, by, reason: `${taken.length} commands, one after the other`, value };
}
