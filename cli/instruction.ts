/** Runs one instruction on a studio, and tells the person what is planned, what happens, and what came of it. */
import { type Client, createClient } from "@patchbay/client";
import { type AppName, type Id, type ManifestDocument, newId, type Run } from "@patchbay/contracts";
import { span, withCorrelation } from "@patchbay/telemetry";
import { type ApprovalOptions, passApproval } from "./approval.ts";
import { followRun } from "./follow_run.ts";
import { EXIT } from "./outcome.ts";
import { describeAnswer, describePlan } from "./plan_text.ts";
import { bringPicturesBack } from "./pictures.ts";
import { printable } from "./printable.ts";

export interface InstructionOptions extends ApprovalOptions {
  /** Where the gateway is, and the key to it. */
  gateway: { url: string; key: string };
  /** Saves the last image here, or all of them where it is a folder. */
  out?: string;
  /** @default the studio's */
  provider?: string;
}

/**
 * Plans and runs an instruction; cancels the run when the signal fires.
 * @returns the exit status
 * @throws {PatchbayError} `NOT_UNDERSTOOD` and whatever else the gateway refuses with
 */
export function runInstruction(instruction: string, options: InstructionOptions): Promise<number> {
  const correlationId = newId();
  return withCorrelation(correlationId, () => span("do", {}, () => run(instruction, correlationId, options)));
}

async function run(instruction: string, correlationId: Id, given: InstructionOptions): Promise<number> {
  const options = { ...given, say: (line: string) => given.say(printable(line)) };
  const { say, signal } = options;
  const trace = { id: correlationId.replaceAll("-", "") };
  const client = createClient({ ...options.gateway, fetch: noting(trace) });
  const began = performance.now();
  const asked = await client.instructions.run(instruction, {
    correlationId,
    signal,
    ...(options.provider === undefined ? {} : { provider: options.provider }),
  });
  const { plan, runId } = asked;
  say(describePlan(plan));
  const ended = await passApproval(client, asked, options);
  if (ended !== undefined) return ended;
  const outcome = await followRun(client, plan, { runId, correlationId }, { say, signal });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(
    `\n${outcome.status === "succeeded" ? "Succeeded" : `Run ${outcome.status}`} in ${seconds} s.   trace ${trace.id}`,
  );
  if (signal.aborted && outcome.status !== "succeeded") return EXIT.interrupted;
  const changed = await sayAnswers(client, outcome, options);
  await bringPicturesBack(client, outcome, options);
  // a studio that ends with its instruction takes its applications with it
  if (changed && options.first === undefined) say(howToUndo(outcome, options.where));
  return outcome.status === "succeeded" ? EXIT.ok : EXIT.failed;
}

/** A `fetch` that notes the trace id of each answer (W3C Trace Context, level 2). */
function noting(trace: { id: string }): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const id = /^00-([0-9a-f]{32})-/.exec(response.headers.get("traceresponse") ?? "")?.[1];
    if (id !== undefined) trace.id = id;
    return response;
  };
}

function howToUndo({ status }: Run, where = ""): string {
  const command = `patchbay undo ${where}`.trim();
  return status === "succeeded"
    ? `To take it back: ${command}`
    : `What was done before stays. To take it back: ${command}`;
}

/** What was asked is answered: the value of each query. @returns whether anything was done that can be taken back */
async function sayAnswers(
  client: Client,
  { plan, steps, correlationId }: Run,
  { say, signal }: InstructionOptions,
): Promise<boolean> {
  let changed = false;
  const apps = new Map<AppName, ManifestDocument>();
  for (const { id, app, command } of plan.steps) {
    if (steps[id]?.status !== "succeeded") continue;
    const manifest = apps.get(app) ?? await client.apps.get(app, { signal, correlationId });
    apps.set(app, manifest);
    const document = manifest.commands[command];
    if (document?.kind === "query") say(describeAnswer(steps[id].value));
    changed ||= document !== undefined && document.effect !== "read" && document.undo !== "none";
  }
  return changed;
}
