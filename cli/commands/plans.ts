/** `patchbay plans`, `run`, `approve`, `reject`: what is kept, and what becomes of it. */
import { type Client, createClient } from "@patchbay/client";
import { type Id, newId, PatchbayError, type PlanRecord } from "@patchbay/contracts";
import { Command } from "commander";
import { describeApproval, passApproval, terminalConfirm, whereOf } from "../approval.ts";
import { followRun } from "../follow_run.ts";
import { EXIT } from "../outcome.ts";
import { describePlan } from "../plan_text.ts";
import { printable } from "../printable.ts";
import { short } from "../run_text.ts";
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

export function plansCommand(signal: AbortSignal): Command {
  return command("plans")
    .description("List the plans, the latest first, with where each stands; or show one.")
    .argument("[plan]", "the plan's id: its steps, and what needs an approval")
    .option("--limit <number>", "how many", parseLimit, 20)
    .addHelpText("after", "\nExample:\n  $ patchbay plans --limit 5")
    .action(async (given: string | undefined, { limit, ...options }: Options & { limit: number }) => {
      const client = createClient(await connection(options));
      if (given === undefined) return say(describeRecords(await client.plans.list({ limit, signal })));
      const id = readId("plan", given);
      const { plan, status, runId, rejected } = await client.plans.get(id, { signal });
      const approval = await client.plans.approval(id, { signal });
      say(`${describePlan(plan)}\n\nStatus: ${status.replaceAll("_", " ")}`);
      if (rejected !== undefined) say(`Rejected${rejected.reason === undefined ? "" : `: ${rejected.reason}`}`);
      if (runId !== undefined) say(`Its last run, step by step: patchbay runs ${runId}`);
      if (approval.status === "needed") say(`${describeApproval(approval)}\nTo approve it: patchbay approve ${id}`);
    });
}

export function runCommand(signal: AbortSignal): Command {
  return command("run")
    .description("Run a plan that is kept; what its steps need approved is asked for.")
    .argument("<plan>", "the plan's id, as `patchbay plans` lists it")
    .option("--yes", "approve what the policies ask for")
    .addHelpText("after", "\nExample:\n  $ patchbay run 019a8f00-0000-7000-8000-000000000000 --yes")
    .action(async (given: string, { yes, ...options }: Options & { yes?: true }) => {
      const id = readId("plan", given);
      const client = createClient(await connection(options));
      const { plan } = await client.plans.get(id, { signal });
      say(describePlan(plan));
      const asked = await client.plans.run(id, { signal, idempotencyKey: newId() });
      const status = await passApproval(client, { plan, ...asked }, {
        yes: yes === true,
        confirm: terminalConfirm(),
        where: whereOf(options),
        say,
        signal,
      });
      Deno.exitCode = status ?? await follow(client, asked.runId, signal);
    });
}

export function approveCommand(signal: AbortSignal): Command {
  return command("approve")
    .description("Approve a plan, or steps of it; a run that waits for that begins.")
    .argument("[plan]", "the plan's id (default: the one that waits, if there is one)")
    .option("--steps <ids...>", "only these steps")
    .option("--follow", "follow the run that begins to its end")
    .addHelpText("after", "\nExample:\n  $ patchbay approve 019a8f00-0000-7000-8000-000000000000 --steps s2 s3")
    .action(async (given: string | undefined, { steps, follow: follows, ...options }: Options & VerdictOptions) => {
      const client = createClient(await connection(options));
      const id = given === undefined ? await waitingPlan(client, signal) : readId("plan", given);
      const { plan } = await client.plans.get(id, { signal });
      const before = await client.plans.approval(id, { signal });
      say(`${describePlan(plan)}\n`);
      // what was shown is what is approved: had the plan changed in between, its digest would be another
      const { approval, runId } = await client.plans.approve(id, before.digest, {
        signal,
        ...(steps === undefined ? {} : { steps }),
      });
      say(`Approved ${steps === undefined ? "the plan" : steps.join(", ")}.`);
      if (approval.status === "needed") say(describeApproval(approval));
      if (runId === undefined) return;
      say(`Run ${runId} has begun.${follows === true ? "" : ` To follow it: patchbay runs ${runId} --follow`}`);
      if (follows === true) Deno.exitCode = await follow(client, runId, signal);
    });
}

interface VerdictOptions {
  steps?: string[];
  follow?: true;
  reason?: string;
}

export function rejectCommand(signal: AbortSignal): Command {
  return command("reject")
    .description("Reject a plan, so that it does not run; or take steps out of it, with all that needs them.")
    .argument("[plan]", "the plan's id (default: the one that waits, if there is one)")
    .option("--steps <ids...>", "only take these steps out")
    .option("--reason <text>", "why, for whoever asked for it")
    .addHelpText("after", '\nExample:\n  $ patchbay reject --reason "not before the review"')
    .action(async (given: string | undefined, { steps, reason, ...options }: Options & VerdictOptions) => {
      const client = createClient(await connection(options));
      const id = given === undefined ? await waitingPlan(client, signal) : readId("plan", given);
      const { digest } = await client.plans.approval(id, { signal });
      const record = await client.plans.reject(id, digest, {
        signal,
        ...(steps === undefined ? {} : { steps }),
        ...(reason === undefined ? {} : { reason }),
      });
      const isWhole = steps === undefined || record.rejected !== undefined;
      say(isWhole ? `Rejected plan ${id}.` : `What is left:\n${describePlan(record.plan)}`);
    });
}

/** @throws {PatchbayError} `NOT_FOUND` where none or several wait */
async function waitingPlan(client: Client, signal: AbortSignal): Promise<Id> {
  const waiting = (await client.plans.list({ limit: 100, signal })).filter(({ status }) =>
    status === "awaiting_approval"
  );
  if (waiting.length === 1) return waiting[0]!.plan.id;
  const available = waiting.map(({ plan }) => plan.id);
  throw new PatchbayError(
    "NOT_FOUND",
    waiting.length === 0
      ? "Cannot find the plan: none waits for an approval"
      : `Cannot choose: ${waiting.length} plans wait for an approval`,
    {
      context: { available },
      remedy: waiting.length === 0
        ? "Nothing to do: `patchbay plans` says where each plan stands."
        : "Name one of them: `patchbay approve <plan>`.",
    },
  );
}

/** A line each, and what to do about those that wait. */
function describeRecords(records: readonly PlanRecord[]): string {
  if (records.length === 0) return 'There are no plans. `patchbay do "…"` and `patchbay rehearse "…"` make one.';
  const waiting = records.filter(({ status }) => status === "awaiting_approval");
  const next = waiting.map(({ plan }) => `  $ patchbay approve ${plan.id}`);
  const lines = next.length === 0 ? [] : ["", "What waits runs once it is approved:", ...next];
  return [...records.map(describeRecord), ...lines].join("\n");
}

function describeRecord({ plan, status }: PlanRecord): string {
  const steps = `${plan.steps.length} ${plan.steps.length === 1 ? "step" : "steps"}`;
  const title = short(plan.instruction ?? plan.steps.map(({ command }) => command).join(", "));
  return `${plan.id}  ${status.replaceAll("_", " ").padEnd(17)}  ${steps.padStart(9)}  ${title}`;
}

async function follow(client: Client, runId: Id, signal: AbortSignal): Promise<number> {
  const { plan, correlationId } = await client.runs.get(runId, { signal });
  const run = await followRun(client, plan, { runId, correlationId }, { say, signal });
  say(run.status === "succeeded" ? "Succeeded." : `Run ${run.status}.`);
  if (signal.aborted && run.status !== "succeeded") return EXIT.interrupted;
  return run.status === "succeeded" ? EXIT.ok : EXIT.failed;
}
