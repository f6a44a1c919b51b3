/** `POST /v1/commands` to an echo bridge, beside a bare hono handler that makes the same NATS request. */
import { migrate } from "@patchbay/bus";
import { createApiKey } from "@patchbay/gateway";
import { startTestNats } from "@patchbay/testing";
import { startChild } from "./child.ts";
import { compare, measure, type Sample } from "./measure.ts";

const ROUNDS = 7;
const ALONE = { count: 1_000, concurrency: 1 };
const TOGETHER = { count: 4_000, concurrency: 32 };

/** Ratios to the bare handler: `latency` with one request at a time, `load` with 32. */
export async function compareHttpCommands(): Promise<{ latency: Comparison; load: Comparison }> {
  await using nats = await startTestNats();
  await migrate(await nats.connect("bench"));
  const env = { PATCHBAY_NATS_URL: nats.url };
  const { text: key, record } = createApiKey({ name: "bench", scopes: ["read", "write"] });
  const folder = await Deno.makeTempDir({ prefix: "patchbay-bench-" });
  const keysFile = `${folder}/keys.json`;
  await Deno.writeTextFile(keysFile, JSON.stringify({ keys: [record] }));
  await using _bridge = await startChild("./echo_bridge.ts", /ready/, { ...env, BENCH_WORK_DIR: `${folder}/work` });
  await using gateway = await startChild("./gateway.ts", /listening on (\d+)/, { ...env, BENCH_KEYS_FILE: keysFile });
  await using bare = await startChild("./bare_gateway.ts", /listening on (\d+)/, env);
  const post = (url: string, body: unknown) => async () => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  };
  const args = { text: "x".repeat(64) };
  const subject = post(`http://127.0.0.1:${gateway.ready[1]}/v1/commands`, {
    bridge: "echo.bench",
    command: "echo",
    args,
  });
  const baseline = post(`http://127.0.0.1:${bare.ready[1]}/`, { command: "echo", args });
  const both = (how: typeof ALONE) => compare(() => measure(subject, how), () => measure(baseline, how), ROUNDS);
  await both({ count: 500, concurrency: 8 });
  const result = { latency: await both(ALONE), load: await both(TOGETHER) };
  await Deno.remove(folder, { recursive: true });
  return result;
}

interface Comparison {
  subject: Sample;
  baseline: Sample;
  ratio: Sample;
}
