/** Runs an example on a studio: plan, performance, and what is left of both in a folder. */
import { type Client, createClient } from "@patchbay/client";
import { type AppName, type BridgeId, newId, PatchbayError, type Run } from "@patchbay/contracts";
import { type Example, EXAMPLES, type Prepared } from "@patchbay/examples";
import { span, withCorrelation } from "@patchbay/telemetry";
import { type ApprovalOptions, passApproval } from "../approval.ts";
import { followRun } from "../follow_run.ts";
import { EXIT } from "../outcome.ts";
import { describePlan } from "../plan_text.ts";
import { printable } from "../printable.ts";
import { perform } from "./perform.ts";
import { saveOutputs } from "./save.ts";

export interface RunExampleOptions extends ApprovalOptions {
  gateway: { url: string; key: string };
  /** The folder that gets what is made. */
  out: string;
}

/** @throws {PatchbayError} `NOT_FOUND` with the examples that there are */
export function findExample(name: string): Example {
  const found = EXAMPLES.find((example) => example.name === name);
  if (found !== undefined) return found;
  const available = EXAMPLES.map(({ name }) => name);
  throw PatchbayError.of("NOT_FOUND", `Cannot run the example '${name}': there is ${available.join(", ")}`, {
    context: { available },
    remedy: `Name one of these: \`patchbay studio --example ${available[0]}\`.`,
  });
}

/** Where an example leaves what it makes, unless that is said: `./music-visual-out`. */
export const outFolder = ({ name }: Example): string => `${name}-out`;

/**
 * Cancels the run when the signal fires.
 * @returns the exit status
 * @throws {PatchbayError} `PLAN_INVALID` where the applications cannot what the example needs
 */
export function runExample(example: Example, options: RunExampleOptions): Promise<number> {
  const correlationId = newId();
  const say = (line: string) => options.say(printable(line));
  return withCorrelation(correlationId, () => span("example", {}, () => run(example, { ...options, say })));
}

async function run(example: Example, options: RunExampleOptions): Promise<number> {
  const { gateway, out, say, signal } = options;
  const began = performance.now();
  const client = createClient(gateway);
  const prepared = await example.prepare({ client, bridges: await bridgesOf(client, example, signal), signal });
  say(`\nExample: ${example.title}`);
  for (const note of prepared.notes) say(`Note: ${note}`);
  const run = await runSteps(client, prepared, options);
  if (typeof run === "number") return run;
  if (signal.aborted && run.status !== "succeeded") return EXIT.interrupted;
  const succeeded = run.status === "succeeded";
  const live = succeeded ? await perform(client, prepared.performance, { say, signal }) : [];
  // what is made is kept, also where somebody did not want to hear all of it
  await saveOutputs(client, { run, live }, prepared.sheet, { out, say });
  if (signal.aborted) return EXIT.interrupted;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(`\n${succeeded ? "Succeeded" : `Run ${run.status}`} in ${seconds} s.`);
  return succeeded ? EXIT.ok : EXIT.failed;
}

/** The run once it is over, or the exit status where it did not begin. */
async function runSteps(
  client: Client,
  { instruction, steps }: Prepared,
  options: RunExampleOptions,
): Promise<Run | number> {
  const correlationId = newId();
  const { plan } = await client.plans.save({ instruction, steps }, { correlationId });
  options.say(describePlan(plan));
  const asked = await client.plans.run(plan.id, { correlationId });
  const ended = await passApproval(client, { plan, ...asked }, options);
  return ended ?? await followRun(client, plan, { runId: asked.runId, correlationId }, options);
}

/** @throws {PatchbayError} `BRIDGE_OFFLINE` where an application has none */
async function bridgesOf(
  client: Client,
  { name, applications }: Example,
  signal: AbortSignal,
): Promise<ReadonlyMap<AppName, BridgeId>> {
  const present = await client.bridges.list({ signal });
  return new Map(applications.map((app) => {
    const found = present.find((one) => one.app === app);
    if (found !== undefined) return [app, found.bridge];
    throw PatchbayError.of("BRIDGE_OFFLINE", `Cannot run the example '${name}': no bridge to ${app} is here`);
  }));
}
