/** `patchbay undo` and `patchbay redo`: take the last run back, and do it again. */
import { type Client, createClient } from "@patchbay/client";
import { type Id, PatchbayError, type Run, type RunSummary, type UndoPreview } from "@patchbay/contracts";
import { Command } from "commander";
import { followRun } from "../follow_run.ts";
import { EXIT } from "../outcome.ts";
import { printable } from "../printable.ts";
import { describeSummary, isNotDone, short } from "../run_text.ts";
import { connection } from "./do.ts";
import { readId } from "./options.ts";

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

const say = (line: string) => console.log(printable(line));

function command(name: string): Command {
  return HERE.reduce((made, [flags, description]) => made.option(flags, description), new Command(name));
}

export function undoCommand(signal: AbortSignal): Command {
  return command("undo")
    .description(
      "Take a run back: in each application by its own undo where nothing else lies on top, else by the inverse.",
    )
    .argument("[run]", "the run's id (default: the last run that changed something and is not undone)")
    .option("--steps <ids...>", "only these steps, and all that need them")
    .option("--look", "only say what would be taken back, and what could not")
    .addHelpText(
      "after",
      "\n`patchbay runs` lists the runs. The exit status is 1 where something could not be taken back." +
        "\n\nExample:\n  $ patchbay undo --look\n  $ patchbay undo",
    )
    .action(async (given: string | undefined, { steps, look, ...options }: Options) => {
      const client = createClient(await connection(options));
      const only = { signal, ...(steps === undefined ? {} : { steps }) };
      const preview = given === undefined
        ? await lastChange(client, only)
        : await client.runs.previewUndo(readId("run", given), only);
      sayPreview(preview);
      if (look === true) return;
      if (preview.steps.length === 0) return;
      if (preview.steps.every(({ possible }) => !possible)) {
        say("Nothing of it can be taken back, so nothing is touched. `patchbay runs` lists earlier runs.");
        Deno.exitCode = EXIT.failed;
        return;
      }
      const undo = await client.runs.undo(preview.runId, only);
      Deno.exitCode = await follow(client, undo.runId, "undo", signal);
    });
}

export function redoCommand(signal: AbortSignal): Command {
  return command("redo")
    .description("Do again what an undo took back.")
    .argument("[undo]", "the id of the undo's run (default: the last undo)")
    .addHelpText("after", "\nExample:\n  $ patchbay redo")
    .action(async (given: string | undefined, options: Options) => {
      const client = createClient(await connection(options));
      const undo = given === undefined ? await lastUndo(client, signal) : readId("run", given);
      const redo = await client.runs.redo(undo, { signal });
      Deno.exitCode = await follow(client, redo.runId, "redo", signal);
    });
}

/** What there is to take back of the last run of which there is something. @throws {PatchbayError} `NOT_FOUND` */
async function lastChange(client: Client, only: { signal: AbortSignal; steps?: string[] }): Promise<UndoPreview> {
  const runs = await client.runs.list({ limit: MOST_RUNS, signal: only.signal });
  for (const run of runs) {
    if (!isOver(run) || run.kind !== "run") continue;
    const { steps } = await client.runs.previewUndo(run.id, { signal: only.signal });
    if (steps.length === 0) continue;
    say(describeSummary(run));
    return await client.runs.previewUndo(run.id, only);
  }
  throw new PatchbayError("NOT_FOUND", "Cannot undo: no run has changed anything that is not undone already", {
    remedy: "Nothing to do. `patchbay runs` lists what has run.",
  });
}

/** @throws {PatchbayError} `NOT_FOUND` */
async function lastUndo(client: Client, signal: AbortSignal): Promise<Id> {
  const runs = await client.runs.list({ limit: MOST_RUNS, signal });
  const doneAgain = new Set(runs.flatMap(({ kind, of }) => kind === "redo" && of !== undefined ? [of] : []));
  const undo = runs.find((run) => run.kind === "undo" && isOver(run) && !doneAgain.has(run.id));
  if (undo !== undefined) return undo.id;
  throw new PatchbayError("NOT_FOUND", "Cannot redo: there is no undo that was not done again already", {
    remedy: "`patchbay run <plan>` runs a plan again; `patchbay plans` lists them.",
  });
}

/** How far back a run is looked for. */
const MOST_RUNS = 50;

const isOver = ({ status }: RunSummary) => status !== "running" && status !== "awaiting_approval";

function sayPreview({ steps }: UndoPreview): void {
  say(steps.length === 0 ? "Nothing is left to take back." : "Takes back, the last first:");
  for (const { stepId, round, command, app, bridge, possible, reason } of steps) {
    const which = `${stepId}${round === undefined ? "" : `[${round}]`}`;
    say(`  ${possible ? "↶" : "✗"} ${which} ${command} on ${app}.${bridge}: ${reason}`);
  }
}

async function follow(client: Client, runId: Id, verb: "undo" | "redo", signal: AbortSignal): Promise<number> {
  const { plan, correlationId } = await client.runs.get(runId, { signal });
  const run = await followRun(client, plan, { runId, correlationId }, { say, signal });
  const left = notDone(run);
  const [what, back] = verb === "undo" ? ["taken back", "redo"] : ["done again", "undo"];
  const title = short((plan.instruction ?? "the run").replace(/^((Undo|Redo): )+/, ""));
  const all = plan.steps.length;
  if (left === 0) say(`${what[0]?.toUpperCase()}${what.slice(1)}: ${title}. \`patchbay ${back}\` reverses that.`);
  else say(`${left} of ${all} could not be ${what}; what lies in the application there was left as it is.`);
  return run.status === "succeeded" && left === 0 ? EXIT.ok : EXIT.failed;
}

/** How many steps an undo or a redo could not do. */
const notDone = ({ plan, steps }: Run): number =>
  plan.steps.filter(({ id }) => steps[id]?.status !== "succeeded" || isNotDone(steps[id].value)).length;
