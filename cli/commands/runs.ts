/** `patchbay runs` and `patchbay cancel`: what runs and has run, and how to end it. */
import { type Client, createClient } from "@patchbay/client";
import { type Id, PatchbayError, type RunSummary } from "@patchbay/contracts";
import { Command } from "commander";
import { followRun } from "../follow_run.ts";
import { EXIT } from "../outcome.ts";
import { printable } from "../printable.ts";
import { describeRun, describeSummary } from "../run_text.ts";
import { connection } from "./do.ts";
import { parseLimit, readId } from "./options.ts";

interface Options {
  url?: string;
  home?: string;
}

const say = (line: string) => console.log(printable(line));

function command(name: string): Command {
  return new Command(name)
    .option("--url <url>", "the gateway (default: $PATCHBAY_URL, or the studio that runs in --home)")
    .option(
      "--home <folder>",
      "the installation whose studio and key are used (default: $PATCHBAY_HOME, or .patchbay)",
    );
}

export function runsCommand(signal: AbortSignal): Command {
  return command("runs")
    .description("List the runs, the latest first, with what became of each; or show one, step by step.")
    .argument("[run]", "the run's id")
    .option("--limit <number>", "how many", parseLimit, 20)
    .option("--follow", "with a run: tell what happens until it is over; Ctrl-C cancels it")
    .addHelpText("after", "\nExample:\n  $ patchbay runs --limit 5")
    .action(async (given: string | undefined, { limit, follow, ...options }: Options & RunsOptions) => {
      const client = createClient(await connection(options));
      if (given === undefined) {
        const runs = await client.runs.list({ limit, signal });
        return say(runs.length === 0 ? "Nothing has run yet." : runs.map(describeSummary).join("\n"));
      }
      const id = readId("run", given);
      const run = await client.runs.get(id, { signal });
      if (follow !== true) return say(describeRun(run));
      const { plan, correlationId } = run;
      const ended = await followRun(client, plan, { runId: id, correlationId }, { say, signal });
      say(ended.status === "succeeded" ? "Succeeded." : `Run ${ended.status}.`);
      const failed = signal.aborted ? EXIT.interrupted : EXIT.failed;
      Deno.exitCode = ended.status === "succeeded" ? EXIT.ok : failed;
    });
}

interface RunsOptions {
  limit: number;
  follow?: true;
}

export function cancelCommand(signal: AbortSignal): Command {
  return command("cancel")
    .description("Cancel a run, also one that waits for an approval; the applications stop what they do of it.")
    .argument("[run]", "the run's id (default: the one that runs; where none does, the one that waits)")
    .addHelpText(
      "after",
      "\nWhat was done before stays: `patchbay undo` takes it back.\n\nExample:\n  $ patchbay cancel",
    )
    .action(async (given: string | undefined, options: Options) => {
      const client = createClient(await connection(options));
      const runId = given === undefined ? await openRun(client, signal) : readId("run", given);
      const { plan, correlationId } = await client.runs.get(runId, { signal });
      await client.runs.cancel(runId, { signal });
      const run = await followRun(client, plan, { runId, correlationId }, {
        say,
        signal: new AbortController().signal,
      });
      say(run.status === "cancelled" ? "Cancelled." : `It was over before: ${run.status}.`);
      Deno.exitCode = run.status === "cancelled" ? EXIT.ok : EXIT.failed;
    });
}

/** What runs; where nothing does, what waits. @throws {PatchbayError} `NOT_FOUND` where none or several do */
async function openRun(client: Client, signal: AbortSignal): Promise<Id> {
  const runs = await client.runs.list({ limit: 100, signal });
  const of = (wanted: RunSummary["status"]) => runs.flatMap(({ id, status }) => status === wanted ? [id] : []);
  // one that waits for its first approval has no log yet
  const waiting = async () =>
    (await client.plans.list({ limit: 100, signal })).flatMap(({ status, requested }) =>
      status === "awaiting_approval" && requested !== undefined ? [requested.runId] : []
    );
  const running = of("running");
  const open = running.length > 0 ? running : [...new Set([...of("awaiting_approval"), ...await waiting()])];
  if (open.length === 1) return open[0]!;
  const none = open.length === 0;
  throw new PatchbayError(
    "NOT_FOUND",
    none ? "Cannot cancel: nothing runs, and nothing waits" : "Cannot choose: several runs are not over",
    {
      context: { available: open },
      remedy: none ? "`patchbay runs` says what has run." : "Name one of them: `patchbay cancel <run>`.",
    },
  );
}
