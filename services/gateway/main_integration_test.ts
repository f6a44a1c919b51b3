import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { migrate } from "@patchbay/bus";
import { startOtlpReceiver, startTestNats } from "@patchbay/testing";
import { createApiKey } from "./mod.ts";
import { startCounter } from "./testing/counter.ts";

Deno.test("the gateway as a process serves, names its spans after their routes, and ends in order on SIGTERM", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  await using _counter = await startCounter(bus);
  await using otlp = startOtlpReceiver();
  const { text: key, record } = createApiKey({ name: "test", scopes: ["read", "write"] });
  const keysFile = await Deno.makeTempFile();
  await Deno.writeTextFile(keysFile, JSON.stringify({ keys: [record] }));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", fileURLToPath(new URL("./main.ts", import.meta.url))],
    env: { ...otlp.env, PATCHBAY_NATS_URL: nats.url, PATCHBAY_KEYS_FILE: keysFile, PATCHBAY_PORT: "0" },
    stdin: "null",
    // with OpenTelemetry, log lines leave through the console
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let log = "";
  while (!/http:\/\/127\.0\.0\.1:\d+/.test(log)) {
    const { value, done } = await lines.read();
    assert.ok(!done, log);
    log += value;
  }
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(log)![0];
  const response = await fetch(`${url}/v1/commands`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ bridge: "counter.any", command: "increment" }),
  });
  assert.equal(response.status, 200);
  await response.body?.cancel();
  const traceId = response.headers.get("traceresponse")?.split("-")[1];
  const span = await otlp.waitFor(({ spans }) =>
    spans.find(({ attributes }) => attributes["http.route"] === "/v1/commands")
  );
  assert.equal(span.traceId, traceId);
  assert.equal(span.name, "POST /v1/commands");
  child.kill("SIGTERM");
  while (!(await lines.read()).done);
  assert.equal((await child.status).code, 0);
  await Deno.remove(keysFile);
});
