/** One instruction is one trace, as a collector sees it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type ReceivedSpan, startOtlpReceiver } from "@patchbay/testing";
import { EXAMPLE_INSTRUCTION } from "../../cli/studio/welcome.ts";
import { runPatchbay } from "../patchbay_command.ts";

const STEPS = 4;
const named = (spans: readonly ReceivedSpan[], pattern: RegExp) => spans.filter(({ name }) => pattern.test(name));

/** The names of a span's ancestors, nearest first. */
function ancestors(span: ReceivedSpan, spans: readonly ReceivedSpan[]): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent === undefined ? [] : [parent.name, ...ancestors(parent, spans)];
}

Deno.test("one instruction gives one trace, from the request to each execution in the bridge", async () => {
  const home = await Deno.makeTempDir({ prefix: "patchbay-trace-" });
  try {
    await using receiver = startOtlpReceiver();
    const out = join(home, "hero.png");
    const args = ["studio", "--home", home, "--port", "0", "--simulate", "--do", EXAMPLE_INSTRUCTION, "--out", out];
    const { code, text } = await runPatchbay(args, { env: receiver.env, signal: AbortSignal.timeout(90_000) });
    assert.equal(code, 0, text);
    const trace = /trace ([0-9a-f]{32})/.exec(text)?.[1];
    const spans = await receiver.waitFor((received) => {
      const inTrace = received.spans.filter(({ traceId }) => traceId === trace);
      const names = new Set(inTrace.map(({ name }) => name));
      const steps = named(inTrace, /^step /);
      // a step may execute more than its command: what it has made is looked at
      const executed = steps.every(({ name }) => names.has(name.replace("step", "execute_tool")));
      return steps.length === STEPS && executed && names.has("do") ? inTrace : undefined;
    });

    const [request] = named(spans, /^POST \/v1\/instructions/);
    assert.ok(request, "there is no span of the HTTP request");
    const [plan] = named(spans, /^plan phrasebook/);
    assert.ok(plan && ancestors(plan, spans).includes(request.name), "the plan is not below the request");
    const [run] = named(spans, /^invoke_workflow/);
    assert.ok(run && ancestors(run, spans).includes(request.name), "the run is not below the request");
    const steps = named(spans, /^step /);
    assert.equal(steps.length, STEPS);
    for (const step of steps) assert.ok(ancestors(step, spans).includes(run.name), `${step.name} is not below the run`);
    for (const execution of named(spans, /^execute_tool /)) {
      const above = ancestors(execution, spans);
      assert.ok(above.some((name) => name.startsWith("step ")), `${execution.name} is not below a step`);
    }

    const ids = new Set(
      spans.map(({ attributes }) => attributes["patchbay.correlation_id"]).filter((id) => id !== undefined),
    );
    assert.equal(ids.size, 1, "every span that names a correlation id names the same");
    const [id] = ids;
    const log = (await Deno.readTextFile(join(home, "logs", "studio.jsonl"))).trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    const about = log.filter(({ correlationId }) => correlationId === id).map(({ logger }) => logger);
    for (const part of ["gateway", "llm-planner", "conductor", "bridge"]) {
      assert.ok(about.some((name) => name === `patchbay.${part}`), `${part} logged nothing under the correlation id`);
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
