import assert from "node:assert/strict";
import { newId, PatchbayError, Progress, subjects } from "@patchbay/contracts";
import { subscribe } from "@patchbay/bus";
import { startAppDouble, startTestNats } from "@patchbay/testing";
import type { Scope } from "./keys.ts";
import { counter } from "./testing/counter.ts";
import { startTestGateway } from "./testing/studio.ts";

async function studio() {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  const gateway = stack.use(await startTestGateway(bus));
  const waiting = Promise.withResolvers<void>();
  let count = 0;
  const double = stack.use(
    await startAppDouble(bus, counter, {
      handlers: {
        increment: ({ args: { by } }) => {
          if (by === 13) throw PatchbayError.of("COMMAND_FAILED", "13 is refused");
          return { count: count += by };
        },
        get: () => ({ count }),
        reset: () => (count = 0, {}),
        wait: ({ signal }) => {
          waiting.resolve();
          return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        },
      },
    }),
  );
  while (gateway.deps.manifests.apps.size === 0) await bus.nc.flush();
  const held = stack.move();
  return {
    bus,
    double,
    waiting: waiting.promise,
    count: () => count,
    ask: gateway.ask,
    async batch(
      body: { commands: unknown[]; [key: string]: unknown },
      { headers = {}, scopes }: { headers?: Record<string, string>; scopes?: readonly Scope[] } = {},
    ) {
      const response = await gateway.ask("/v1/commands/batch", {
        method: "POST",
        json: { bridge: "counter.ws-01", ...body },
        headers,
        ...(scopes === undefined ? {} : { scopes }),
      });
      return { status: response.status, body: await response.json() };
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

const increment = (by = 1) => ({ command: "increment", args: { by } });

Deno.test("a batch is answered with each result", async () => {
  await using s = await studio();
  for (const bridge of ["counter.ws-01", "counter.any"]) {
    const { status, body } = await s.batch({ bridge, commands: [increment(2), { command: "get" }] });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual([body.ok, body.bridge, body.undone], [true, "ws-01", false]);
    assert.deepEqual(body.items.map(({ status }: { status: string }) => status), ["succeeded", "succeeded"]);
    assert.deepEqual(body.items[1].result.value, { count: s.count() });
    // each is found again by its own id
    const location = `/v1/commands/${body.items[0].result.commandId}`;
    let found = 404;
    while (found !== 200) {
      const response = await s.ask(location);
      found = response.status;
      await response.body?.cancel();
    }
  }
  assert.equal(s.count(), 4);
});

Deno.test("a batch in which a command failed was run: the answer is 200, and says which", async () => {
  await using s = await studio();
  const commands = [increment(), increment(13), increment()];
  const { status, body } = await s.batch({ commands });
  assert.deepEqual([status, body.ok], [200, false]);
  assert.deepEqual(body.items.map(({ status }: { status: string }) => status), ["succeeded", "failed", "skipped"]);
  assert.equal(body.items[1].result.problem.code, "COMMAND_FAILED");
  const went = await s.batch({ commands, onError: "continue" });
  assert.deepEqual([went.status, went.body.ok, s.count()], [200, false, 3]);
});

Deno.test("a hostile batch is refused with the path of what is wrong, and nothing of it runs", async () => {
  await using s = await studio();
  const many = (count: number) => Array.from({ length: count }, () => increment());
  const cases: [body: { commands: unknown[]; [key: string]: unknown }, status: number, code: string, path?: string][] =
    [
      [{ commands: many(1_001) }, 400, "INVALID_REQUEST", "commands"],
      [{ commands: [] }, 400, "INVALID_REQUEST", "commands"],
      [{ commands: [{ command: "increment", args: { note: "x".repeat(1024 * 1024) } }] }, 413, "PAYLOAD_TOO_LARGE"],
      [{ commands: [...many(7), { command: "explode" }] }, 404, "UNKNOWN_COMMAND", "commands.7.command"],
      [
        { commands: [...many(3), { command: "increment", args: { by: "two" } }] },
        422,
        "INVALID_ARGUMENTS",
        "commands.3.args.by",
      ],
      [
        { commands: [{ command: "increment", args: { by: { $ref: "1.result.count" } } }, increment()] },
        422,
        "INVALID_ARGUMENTS",
        "commands.0.args.by",
      ],
      [{ commands: [{ command: "increment", arguments: {} }] }, 400, "INVALID_REQUEST", "commands.0"],
      [{ commands: many(2), onError: "hope" }, 400, "INVALID_REQUEST", "onError"],
      [{ commands: many(2), bridge: "counter.ws-99" }, 503, "BRIDGE_OFFLINE"],
      [{ commands: many(2), onError: "undo" }, 422, "INVALID_ARGUMENTS", "commands.0.command"],
      [{ commands: [increment(), { command: "run_code" }] }, 403, "CODE_DISABLED", "commands.1.command"],
    ];
  for (const [body, status, code, path] of cases) {
    const answer = await s.batch(body);
    assert.equal(
      `${answer.status} ${answer.body.code}`,
      `${status} ${code}`,
      JSON.stringify(answer.body).slice(0, 500),
    );
    if (path !== undefined) assert.equal(answer.body.errors[0].path.join("."), path);
  }
  assert.deepEqual(s.double.executions, []);
});

Deno.test("a key needs the scope of each command's effect", async () => {
  await using s = await studio();
  const commands = [increment(), { command: "reset" }];
  const refused = await s.batch({ commands }, { scopes: ["write"] });
  assert.deepEqual([refused.status, refused.body.context.scope], [403, "destructive"]);
  const reading = await s.batch({ commands: [increment(), { command: "get" }] }, { scopes: ["write"] });
  assert.deepEqual([reading.status, reading.body.context.scope], [403, "read"]);
  const { status } = await s.batch({ commands: [increment(), increment()] }, { scopes: ["write"] });
  assert.deepEqual([status, s.count()], [200, 2]);
});

Deno.test("a batch that is repeated with its idempotency key runs once", async () => {
  await using s = await studio();
  const headers = { "idempotency-key": "b1" };
  const commands = [increment(2), increment(13)];
  const answers = await Promise.all([1, 2, 3].map(() => s.batch({ commands }, { headers })));
  for (const { status, body } of answers) assert.deepEqual([status, body], [200, answers[0]!.body]);
  assert.equal(s.count(), 2);
  const other = await s.batch({ commands: [increment()] }, { headers });
  assert.deepEqual([other.status, other.body.code], [409, "CONFLICT"]);
});

Deno.test("a batch that runs is found by its id in its progress, and is cancelled by it", async () => {
  await using s = await studio();
  const correlationId = newId();
  await using heard = subscribe(s.bus, subjects.progress(correlationId), { payload: Progress });
  await heard.ready;
  const headers = { "patchbay-correlation-id": correlationId };
  const running = s.batch({ commands: [increment(), { command: "wait" }, increment()] }, { headers });
  await s.waiting;
  const first = await heard[Symbol.asyncIterator]().next();
  const id = first.value?.message.payload.commandId;
  const cancelled = await s.ask(`/v1/commands/${id}`, { method: "DELETE" });
  assert.equal(cancelled.status, 202);
  await cancelled.body?.cancel();
  const { status, body } = await running;
  assert.deepEqual([status, body.batchId, body.ok, body.problem.code], [200, id, false, "CANCELLED"]);
  assert.deepEqual(body.items.map(({ status }: { status: string }) => status), ["succeeded", "failed", "skipped"]);
});

Deno.test("a batch that is not done in time says how far it came", async () => {
  await using s = await studio();
  const { status, body } = await s.batch({ commands: [increment(), { command: "wait" }], timeoutMs: 100 });
  assert.deepEqual([status, body.ok, s.count()], [200, false, 1]);
  assert.equal(body.items[1].result.problem.code, "DEADLINE_EXCEEDED");
});

Deno.test("a batch that has ended can be looked at by its id, whether or not it came with a key", async () => {
  await using s = await studio();
  for (const headers of [{}, { "idempotency-key": "b1" }]) {
    const { body } = await s.batch({ commands: [increment(2), { command: "get" }] }, { headers });
    let record = { status: 404, body: { status: "", result: { value: {} } } };
    // the ledger learns of it after its caller
    while (record.body.status !== "succeeded") {
      const response = await s.ask(`/v1/commands/${body.batchId}`);
      record = { status: response.status, body: await response.json() };
    }
    assert.deepEqual([record.status, record.body.result.value], [200, body]);
  }
});
