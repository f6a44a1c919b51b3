import assert from "node:assert/strict";
import { type OtlpReceiver, startOtlpReceiver } from "../testing/otlp_receiver.ts";

const MODULE = import.meta.resolve("./mod.ts");
const CONFIG = new URL(import.meta.resolve("../../deno.json")).pathname;
const CORRELATION = "019a0000-0000-7000-8000-000000000001";

/** Runs a module that has `telemetry` in scope, in a process of its own: Deno reads OTEL_DENO once, at its start. */
async function run(otlp: OtlpReceiver, code: string): Promise<{ stdout: string; stderr: string }> {
  const text = `import * as telemetry from ${JSON.stringify(MODULE)};\n${code}`;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, text);
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-lock", "-A", "--config", CONFIG, path],
    env: { ...otlp.env, OTEL_SERVICE_NAME: "patchbay-test", NO_COLOR: "1" },
    stdin: "null",
  }).output();
  await Deno.remove(path);
  const decoder = new TextDecoder();
  const stderr = decoder.decode(output.stderr);
  assert.ok(output.success, stderr);
  return { stdout: decoder.decode(output.stdout), stderr };
}

Deno.test("a trace goes on across message headers", async () => {
  await using otlp = startOtlpReceiver();
  await run(
    otlp,
    `const headers = {};
     await telemetry.span("publish", { kind: telemetry.SpanKind.PRODUCER }, () => telemetry.injectTrace(headers));
     const parent = telemetry.extractTrace((name) => headers[name]);
     await telemetry.span("process", { parent }, () => telemetry.span("inner", {}, () => {}));`,
  );
  const [publish, process, inner] = await otlp.waitFor(({ spans }) => {
    const found = ["publish", "process", "inner"].map((name) => spans.find((span) => span.name === name));
    return found.every((span) => span !== undefined) ? found : undefined;
  });
  assert.equal(publish?.parentSpanId, "");
  assert.equal(process?.parentSpanId, publish?.spanId);
  assert.equal(inner?.parentSpanId, process?.spanId);
  assert.equal(new Set([publish?.traceId, process?.traceId, inner?.traceId]).size, 1);
});

Deno.test("a failed span carries the error's code, and the correlation id", async () => {
  await using otlp = startOtlpReceiver();
  await run(
    otlp,
    `const { PatchbayError } = await import(${JSON.stringify(import.meta.resolve("../contracts/mod.ts"))});
     await telemetry.withCorrelation("${CORRELATION}", () =>
       telemetry.span("step", {}, () => { throw new PatchbayError("BRIDGE_OFFLINE", "away"); })).catch(() => {});`,
  );
  const step = await otlp.waitFor(({ spans }) => spans.find(({ name }) => name === "step"));
  assert.ok(step.failed);
  assert.equal(step.attributes["error.type"], "BRIDGE_OFFLINE");
  assert.equal(step.attributes["patchbay.correlation_id"], CORRELATION);
});

Deno.test("a log line is exported once, with its trace, and printed once", async () => {
  await using otlp = startOtlpReceiver();
  const { stdout, stderr } = await run(
    otlp,
    `await using logging = await telemetry.configureLogging({ format: "pretty" });
     await telemetry.withCorrelation("${CORRELATION}", () =>
       telemetry.span("work", {}, () => telemetry.logger("here").error("it broke", { password: "hidden" })));`,
  );
  const work = await otlp.waitFor(({ spans }) => spans.find(({ name }) => name === "work"));
  const log = await otlp.waitFor(({ logs }) => logs.find(({ body }) => body.includes("it broke")));
  const { correlationId, traceId, password } = JSON.parse(log.body);
  assert.deepEqual([correlationId, traceId, password], [CORRELATION, work.traceId, "[redacted]"]);
  assert.equal(log.traceId, work.traceId);
  assert.equal(log.severity, "ERROR");
  assert.equal(otlp.logs.filter(({ body }) => body.includes("it broke")).length, 1);
  assert.equal((stdout + stderr).split("it broke").length - 1, 1);
});

Deno.test("metrics are exported", async () => {
  await using otlp = startOtlpReceiver();
  await run(
    otlp,
    `telemetry.counter("patchbay.test.count").add(2);
     await telemetry.span("work", {}, () => {});`,
  );
  for (const name of ["patchbay.test.count", "patchbay.operation.duration"]) {
    await otlp.waitFor(({ metrics }) => metrics.has(name) ? true : undefined);
  }
});
