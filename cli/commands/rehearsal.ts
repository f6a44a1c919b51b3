/** `patchbay rehearse`: what a plan, or words, would do; and `patchbay rehearsal`: the service that finds out. */
import { type Client, createClient } from "@patchbay/client";
import { Id, type Rehearsal } from "@patchbay/contracts";
import { Command } from "commander";
import { whereOf } from "../approval.ts";
import { EXIT } from "../outcome.ts";
import { describePlan } from "../plan_text.ts";
import { printable } from "../printable.ts";
import { describeRehearsal } from "../rehearsal/rehearsal_text.ts";
import { connection } from "./do.ts";

interface Options {
  url?: string;
  home?: string;
  provider?: string;
  json?: true;
}

export function rehearseCommand(signal: AbortSignal): Command {
  return new Command("rehearse")
    .description("Say what a plan would change, step by step: tried on simulators, no application is touched.")
    .argument("<plan or instruction...>", "the id of a plan that is kept, or what should happen, in words")
    .option("--url <url>", "the gateway (default: $PATCHBAY_URL, or the studio that runs in --home)")
    .option("--home <folder>", "the installation whose studio and key are used (default: $PATCHBAY_HOME, or .patchbay)")
    .option("--provider <name>", "who plans: phrasebook or claude (default: the studio's choice)")
    .option("--json", "print the rehearsal as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], options: Options) => {
      const client = createClient(await connection(options));
      const text = words.join(" ");
      const { provider } = options;
      const { plan } = Id.safeParse(text).success
        ? await client.plans.get(text, { signal })
        : await client.instructions.plan(text, { signal, ...(provider === undefined ? {} : { provider }) });
      const rehearsal = await rehearse(client, plan.id, signal);
      if (options.json === true) console.log(JSON.stringify(rehearsal, null, 2));
      else {
        console.log(printable(describePlan(plan)));
        console.log(`\n${describeRehearsal(rehearsal)}\nTo run it: patchbay run ${plan.id}${here(options)}`);
      }
      Deno.exitCode = rehearsal.ok ? EXIT.ok : EXIT.failed;
    });
}

export function rehearsalCommand(signal: AbortSignal): Command {
  return new Command("rehearsal")
    .description("Run the rehearsal service by itself, as a studio server does. The embedded studio has its own.")
    .addHelpText(
      "after",
      "\nThe studio is $PATCHBAY_NATS_URL, and the way in the file $PATCHBAY_NATS_CREDENTIALS.\n\nExample:\n  $ patchbay rehearsal",
    )
    .action(async () => {
      const { runRehearsals } = await import("../rehearsal/run.ts");
      Deno.exitCode = await runRehearsals(signal);
    });
}

const here = (options: Options) => {
  const where = whereOf(options);
  return where === undefined ? "" : ` ${where}`;
};

/** Nobody waits for it any more once the signal fires. */
async function rehearse(client: Client, planId: Id, signal: AbortSignal): Promise<Rehearsal> {
  const cancel = () => void client.plans.cancelRehearsal(planId).catch(() => {}); // it ends by itself, then
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await client.plans.rehearse(planId);
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

const EXAMPLES = `
The exit status is 1 where a step would fail.

Examples:
  $ patchbay rehearse "add a red cube and render it"
  $ patchbay rehearse 0198f1c2-7a3b-7c4d-8e5f-112233445566`;
