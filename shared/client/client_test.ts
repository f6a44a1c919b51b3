import assert from "node:assert/strict";
import { z } from "zod";
import { command, defineApp, newId, PatchbayError, type RunEvent, toProblem } from "@patchbay/contracts";
import { createClient } from "./mod.ts";

const counter = defineApp({
  app: "counter",
  title: "Counter",
  version: "1.0.0",
  state: z.object({}),
  commands: {
    increment: command({
      summary: "Adds.",
      args: z.object({ by: z.number().default(1) }),
      result: z.object({ count: z.number() }),
    }),
  },
});

type Handler = (request: Request) => Response | Promise<Response>;

/** A client whose gateway is a function; `requests` holds what it was asked. */
function clientOf(...handlers: Handler[]) {
  const requests: Request[] = [];
  const client = createClient({
    url: "http://127.0.0.1:7420/",
    key: "pb_x_y",
    fetch: async (input, init) => {
      const request = new Request(input, init);
      requests.push(request.clone());
      return await handlers[Math.min(requests.length, handlers.length) - 1]!(request);
    },
  });
  return { client, requests };
}

const result = (value: unknown) => ({
  ok: true,
  commandId: newId(),
  app: "counter",
  bridge: "ws-01",
  command: "increment",
  startedAt: 1,
  durationMs: 1,
  value,
});

const problem = (error: PatchbayError) => () => {
  const body = toProblem(error);
  return Response.json(body, { status: body.status, headers: { "Content-Type": "application/problem+json" } });
};

const code = (code: string) => (error: PatchbayError) => error instanceof PatchbayError && error.code === code;

Deno.test("an application's commands are methods, with arguments and results of its manifest", async () => {
  const { client, requests } = clientOf(() => Response.json(result({ count: 3 })));
  const { count } = await client.app(counter).increment({ by: 2 }, {
    bridge: "ws-01",
    idempotencyKey: "k1",
    timeoutMs: 500,
  });
  assert.equal(count, 3);
  const [request] = requests;
  assert.equal(request?.url, "http://127.0.0.1:7420/v1/commands");
  assert.equal(request.headers.get("authorization"), "Bearer pb_x_y");
  assert.equal(request.headers.get("idempotency-key"), "k1");
  const body = await request.json();
  assert.deepEqual(body, { bridge: "counter.ws-01", command: "increment", args: { by: 2 }, timeoutMs: 500 });
});

Deno.test("a command without a manifest gives the whole result", async () => {
  const { client, requests } = clientOf(() => Response.json(result({ count: 1 })));
  assert.deepEqual((await client.command("counter.any", "increment")).value, { count: 1 });
  assert.deepEqual(await requests[0]?.json(), { bridge: "counter.any", command: "increment", args: {} });
});

Deno.test("a problem is thrown as the error that it stands for", async () => {
  const issues = [{ path: ["args", "by"], message: "a number" }];
  const { client } = clientOf(problem(PatchbayError.of("INVALID_ARGUMENTS", "Cannot increment", { issues })));
  await assert.rejects(client.app(counter).increment({}), (error: PatchbayError) => {
    assert.equal(error.code, "INVALID_ARGUMENTS");
    assert.equal(error.name, "ValidationError");
    assert.deepEqual(error.issues, issues);
    return true;
  });
});

Deno.test("what is no answer of the gateway is an error that says so", async () => {
  const rejects = (handler: Handler, expected: string) =>
    assert.rejects(clientOf(handler).client.bridges.list(), code(expected));
  await rejects(() => new Response("<h1>Bad gateway</h1>", { status: 502 }), "SERVICE_UNAVAILABLE");
  await rejects(() => new Response("?", { status: 418 }), "SERVICE_UNAVAILABLE");
  await rejects(() => Response.json({ bridges: 1 }), "INVALID_RESULT");
  await rejects(() => Promise.reject(new TypeError("connection refused")), "SERVICE_UNAVAILABLE");
});

Deno.test("a call that is cancelled says so", async () => {
  const stop = new AbortController();
  const { client } = clientOf((request) =>
    new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)))
  );
  const call = client.bridges.list({ signal: stop.signal });
  stop.abort();
  await assert.rejects(call, code("CANCELLED"));
});

Deno.test("names become part of an address without changing it", async () => {
  const { client, requests } = clientOf(() => new Response("", { status: 404 }));
  await assert.rejects(client.apps.get("../../x?y"));
  assert.equal(requests[0]?.url, "http://127.0.0.1:7420/v1/apps/..%2F..%2Fx%3Fy");
});

const runId = newId();
const log: RunEvent[] = [
  { type: "STEP_STARTED", at: 1, stepId: "s1", bridge: "any", commandId: newId() },
  { type: "STEP_CANCELLED", at: 2, stepId: "s1" },
  { type: "RUN_FINISHED", at: 3, status: "cancelled" },
];
const frame = (i: number) => `id: ${i + 1}\nevent: ${log[i]!.type}\ndata: ${JSON.stringify(log[i])}\n\n`;
const stream = (text: string) => () => new Response(text, { headers: { "Content-Type": "text/event-stream" } });

Deno.test("a run is followed over breaks of the connection, each event once, to its end", async () => {
  const progress = { commandId: newId(), fraction: 0.5 };
  const { client, requests } = clientOf(
    stream(`retry: 1\n\n${frame(0)}event: progress\ndata: ${JSON.stringify(progress)}\n\nid: 2\nevent: STEP_`),
    () => Promise.reject(new TypeError("connection refused")),
    problem(PatchbayError.of("BUS_UNAVAILABLE", "Cannot read")),
    stream(`event: error\ndata: ${JSON.stringify(toProblem(PatchbayError.of("BUS_UNAVAILABLE", "x")))}\n\n`),
    stream(frame(1) + frame(2) + "event: more\ndata: {}\n\n"),
  );
  const seen: unknown[] = [];
  const events = await Array.fromAsync(client.runs.follow(runId, { onProgress: (one) => seen.push(one) }));
  assert.deepEqual(events, log);
  assert.deepEqual(seen, [progress]);
  assert.deepEqual(requests.map(({ headers }) => headers.get("last-event-id")), [null, "1", "1", "1", "1"]);
});

Deno.test("following ends with what the gateway refuses, and when its patience is over", async () => {
  const refused = clientOf(problem(PatchbayError.of("NOT_FOUND", "Cannot follow")));
  await assert.rejects(Array.fromAsync(refused.client.runs.follow(runId)), code("NOT_FOUND"));
  assert.equal(refused.requests.length, 1);
  const away = clientOf(() => Promise.reject(new TypeError("connection refused")));
  await assert.rejects(Array.fromAsync(away.client.runs.follow(runId, { patienceMs: 0 })), code("SERVICE_UNAVAILABLE"));
});

Deno.test("following can be cancelled while it waits, and by ending the loop", async () => {
  const stop = new AbortController();
  const away = clientOf(() => {
    queueMicrotask(() => stop.abort());
    return Promise.reject(new TypeError("connection refused"));
  });
  await assert.rejects(Array.fromAsync(away.client.runs.follow(runId, { signal: stop.signal })), code("CANCELLED"));

  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(frame(0))),
    cancel: () => void (cancelled = true),
  });
  for await (const event of clientOf(() => new Response(endless)).client.runs.follow(runId)) {
    assert.equal(event.type, "STEP_STARTED");
    break;
  }
  assert.ok(cancelled);
});

Deno.test("what happens in the studio comes typed; kinds that this client does not know are passed over", async () => {
  const event = { app: "counter", bridge: "ws-01", event: "done", at: 1, data: {} };
  const { client, requests } = clientOf(stream(
    `id: 0-0-0\nevent: ready\ndata: {}\n\nid: 1-0-0\nevent: event\ndata: ${JSON.stringify(event)}\n\n` +
      `event: gossip\ndata: {}\n\nevent: lagged\ndata: {"dropped":3}\n\n`,
  ));
  const seen: unknown[] = [];
  for await (const one of client.events({ app: "counter", kinds: ["event", "state"] })) {
    seen.push(one);
    if (one.kind === "lagged") break;
  }
  assert.deepEqual(seen, [
    { kind: "ready", data: {} },
    { kind: "event", data: event },
    { kind: "lagged", data: { dropped: 3 } },
  ]);
  assert.equal(requests[0]?.url, "http://127.0.0.1:7420/v1/events?app=counter&kinds=event%2Cstate");
});

Deno.test("an asset is put with its name and type, and got as a response", async () => {
  const id = "a".repeat(64);
  const ref = { id, name: "hero.png", mediaType: "image/png", size: 3, digest: `sha-256:${id}` };
  const { client, requests } = clientOf(() => Response.json(ref, { status: 201 }), () => new Response("png"));
  assert.deepEqual(await client.assets.put({ name: "hero.png", mediaType: "image/png" }, "png"), ref);
  assert.equal(requests[0]?.url, "http://127.0.0.1:7420/v1/assets?name=hero.png");
  assert.equal(requests[0].headers.get("content-type"), "image/png");
  assert.equal(await (await client.assets.get(id)).text(), "png");
});

Deno.test("a job is queued and looked at until it has ended; a command that became one is waited for in the same way", async () => {
  const done = result({ count: 1 });
  const id = done.commandId;
  const queued = () => Response.json({ id, status: "queued" }, { status: 202 });
  const running = () => Response.json({ id, status: "running" });
  const succeeded = () => Response.json({ id, status: "succeeded", result: done });
  const { client, requests } = clientOf(queued, running, succeeded, queued, succeeded);
  assert.equal((await client.jobs.enqueue("counter.any", "increment", {}, { priority: "low" })).status, "queued");
  assert.deepEqual(await requests[0]?.json(), {
    bridge: "counter.any",
    command: "increment",
    args: {},
    lane: "job",
    priority: "low",
  });
  assert.deepEqual((await client.commands.wait(id)).result, done);
  assert.equal(requests[1]?.url, `http://127.0.0.1:7420/v1/commands/${id}`);
  assert.equal(requests[1].headers.get("prefer"), "wait=20");
  assert.equal((await client.app(counter).increment({})).count, 1);
});

Deno.test("a job that did not succeed rejects with why", async () => {
  const id = newId();
  const failed = toProblem(new PatchbayError("OUTCOME_UNKNOWN", "lost"));
  const { client } = clientOf(
    () => Response.json({ id, status: "queued" }, { status: 202 }),
    () => Response.json({ id, status: "failed", problem: failed }),
  );
  await assert.rejects(client.command("counter.any", "increment"), code("OUTCOME_UNKNOWN"));
});
