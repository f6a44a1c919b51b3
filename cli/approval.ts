/** What a policy asks for, at the terminal: shown, and approved by whoever sits there. */
import { createInterface } from "node:readline/promises";
import process from "node:process";
import type { Client } from "@patchbay/client";
import type { ApprovalState, Id, Plan, StepDecision } from "@patchbay/contracts";
import { EXIT } from "./outcome.ts";
import { printable } from "./printable.ts";

/** A run that was asked for. */
export interface Asked {
  plan: Plan;
  runId: Id;
  /** With `awaiting_approval`, `approval` says what for. */
  status: string;
  approval?: ApprovalState | undefined;
}

export interface ApprovalOptions {
  /** Whether all is approved unasked: `--yes`. */
  yes: boolean;
  /** Asks a person; `undefined` where nobody sits there. */
  confirm: ((question: string, signal: AbortSignal) => Promise<boolean>) | undefined;
  /** What `patchbay approve` needs to find this studio again: `--home studio`. */
  where?: string | undefined;
  /** What must be done before that: `patchbay studio --home studio`, for one that ends with its instruction. */
  first?: string;
  say: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Brings a run past the approval that it waits for.
 * @returns the exit status where it ends here; `undefined` once it has begun
 */
export async function passApproval(
  client: Client,
  asked: Asked,
  options: ApprovalOptions,
): Promise<number | undefined> {
  const { plan, runId, status, approval } = asked;
  if (status !== "awaiting_approval" || approval === undefined) return undefined;
  const { yes, confirm, say, signal } = options;
  say(`\n${describeApproval(approval)}`);
  if (!yes && confirm === undefined) {
    say(`\nNothing has run yet. To approve it, so that it runs:\n${commandsToApprove(plan.id, options)}`);
    return EXIT.awaitingApproval;
  }
  if (!yes && !await agrees(client, runId, confirm!, signal)) {
    if (signal.aborted) return EXIT.interrupted;
    await client.plans.reject(plan.id, approval.digest, { reason: "declined at the terminal" });
    say("Not approved: nothing runs.");
    return EXIT.failed;
  }
  const { runId: begun, approval: left } = await client.plans.approve(plan.id, approval.digest, { signal });
  if (begun !== undefined) return undefined;
  // the policies were changed meanwhile
  say(`\n${describeApproval(left)}\n\nTo approve it:\n${commandsToApprove(plan.id, options)}`);
  return EXIT.awaitingApproval;
}

/** Whoever leaves while they are asked takes the question with them. */
async function agrees(
  client: Client,
  runId: Id,
  confirm: NonNullable<ApprovalOptions["confirm"]>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return await confirm("Approve and run? [y/N] ", signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    await client.runs.cancel(runId);
    return false;
  }
}

/** The steps that ask, each with its effect and the rule. */
export function describeApproval({ steps }: ApprovalState): string {
  const asking = steps.filter(({ decision, approved }) => decision === "ask" && !approved);
  const width = (text: (step: StepDecision) => string) => Math.max(0, ...asking.map((step) => text(step).length));
  const what = ({ app, command }: StepDecision) => `${app}.${command}`;
  const [ids, names, effects] = [width(({ stepId }) => stepId), width(what), width(({ effect }) => effect)];
  const lines = asking.map((step) =>
    `  ${step.stepId.padEnd(ids)}  ${what(step).padEnd(names)}  ${step.effect.padEnd(effects)}  by ${
      printable(step.reason)
    }`
  );
  const title = asking.length === 1 ? "1 step needs an approval:" : `${asking.length} steps need an approval:`;
  return [title, ...lines].join("\n");
}

function commandsToApprove(planId: Id, { where, first }: ApprovalOptions): string {
  const approve = `patchbay approve ${planId}${where === undefined ? "" : ` ${where}`}`;
  return [...(first === undefined ? [] : [first]), approve].map((command) => `  $ ${command}`).join("\n");
}

/** Asks with yes or no at the terminal, where there is one; other work goes on meanwhile. */
export function terminalConfirm(): ApprovalOptions["confirm"] {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) return undefined;
  return async (question, signal) => {
    // `terminal` would take Ctrl-C for itself
    const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: false });
    try {
      return /^\s*y(es)?\s*$/i.test(await lines.question(question, { signal }));
    } finally {
      lines.close();
    }
  };
}

/** What was given to find a studio, for another command to find it by. */
export function whereOf({ url, home }: { url?: string; home?: string }): string | undefined {
  const given = [...(url === undefined ? [] : ["--url", url]), ...(home === undefined ? [] : ["--home", home])];
  return given.length === 0 ? undefined : given.map(quoted).join(" ");
}

/** As a shell reads it as one word. */
const quoted = (word: string) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
