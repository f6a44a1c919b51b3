/** `patchbay undo` and `patchbay redo`: take the last run back, and do it again. */
import { type Client, createClient } from "@patchbay/client";
import { newId, PatchbayError, type Run, TakenBack, type UndoPreview } from "@patchbay/contracts";
import { Command } from "commander";
import { followRun } from "../follow_run.ts";
import { EXIT } from "../outcome.ts";
import { connection } from "./do.ts";

interface Options {
  url?: string;
  home?: string;
  steps?: string[];
  look?: boolean;
}

const HERE = [
  ["--url <url>", "the gateway (default: $PATCHBAY_URL, or the studio that runs in --home)"],
  ["--home <folder>", "the installation whose studio and key are used (default: $PATCHBAY_HOME, or .patchbay)"],
] as const;

function command(name: string): Command {
  return HERE.reduce((made, [flags, description]) => made.option(flags, description), new Command(name));
}

export function undoCommand(signal: AbortSignal): Command {
  return command("undo")
    .description(
      "Take a run back: in each application by its own undo where nothing else lies on top, else by the inverse.",
    )
    .argument("[run]", "the run's id (default: the last run that is not undone)")
    .option("--steps <ids...>", "only these steps, and all that need them")
    .option("--look", "only say what would be taken back, and what could not")
    .addHelpText("after", "\nExample:\n  $ patchbay undo --look\n  $ patchbay undo")
    .action(async (id: string | undefined, { steps, look, ...options }: Options) => {
      const client = createClient(await connection(options));
      const runId = id ?? await lastRun(client, "undo", signal);
      const only = { signal, ...(steps === undefined ? {} : { steps }) };
      sayPreview(await client.runs.previewUndo(runId, only));
      if (look === true) return;
      const undo = await client.runs.undo(runId, only);
      Deno.exitCode = await follow(client, undo.runId, signal);
    });
}

export function redoCommand(signal: AbortSignal): Command {
  return command("redo")
    .description("Do again what an undo took back.")
    .argument("[undo]", "the id of the undo's run (default: the last undo)")
    .addHelpText("after", "\nExample:\n  $ patchbay redo")
    .action(async (id: string | undefined, options: Options) => {
      const client = createClient(await connection(options));
      const redo = await client.runs.redo(id ?? await lastRun(client, "redo", signal), { signal });
      Deno.exitCode = await follow(client, redo.runId, signal);
    });
}

/** The last run that there is to undo, or the last undo that there is to redo. @throws {PatchbayError} `NOT_FOUND` */
async function lastRun(client: Client, verb: "undo" | "redo", signal: AbortSignal): Promise<string> {
  const runs = await client.runs.list({ limit: 50, signal });
  const undone = new Set<string>();
  for (const { id, kind, of, status } of runs) {
    if (status === "running" || status === "awaiting_approval") continue;
    if (verb === "redo" && kind === "undo" && !undone.has(id)) return id;
    if (verb === "undo" && kind !== "undo" && !undone.has(id)) return id;
    // what was taken back, or done again, after it
    if (of !== undefined) undone.add(of);
  }
  throw new PatchbayError("NOT_FOUND", `Cannot ${verb}: there is no run to ${verb}`);
}

function sayPreview({ steps }: UndoPreview): void {
  console.log(steps.length === 0 ? "Nothing is left to take back." : "Takes back, the last first:");
  for (const { stepId, round, command, app, bridge, possible, reason } of steps) {
    const which = `${stepId}${round === undefined ? "" : `[${round}]`}`;
    console.log(`  ${possible ? "↶" : "✗"} ${which} ${command} on ${app}.${bridge}: ${reason}`);
  }
}

async function follow(client: Client, runId: string, signal: AbortSignal): Promise<number> {
  const { plan } = await client.runs.get(runId, { signal });
  const run = await followRun(client, plan, { runId, correlationId: newId() }, { say: console.log, signal });
  const left = notDone(run);
  for (const { step, reason } of left) console.log(`  ✗ not taken back: ${step}: ${reason}`);
  const succeeded = run.status === "succeeded" && left.length === 0;
  console.log(succeeded ? "Done." : `${left.length} of ${plan.steps.length} could not be done.`);
  return succeeded ? EXIT.ok : EXIT.failed;
}

/** The steps that an undo or a redo could not do, each with why. */
function notDone({ plan, steps }: Run): { step: string; reason: string }[] {
  return plan.steps.flatMap(({ id, args }) => {
    const { value, problem, reason } = steps[id] ?? {};
    const taken = TakenBack.safeParse(value);
    if (taken.success && taken.data.done) return [];
    const why = taken.success ? taken.data.reason : problem?.detail ?? reason ?? "it was not begun";
    return [{ step: String(args["command"] ?? id), reason: why }];
  });
}
