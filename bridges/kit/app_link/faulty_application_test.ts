import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { type FaultPlanInput, type FaultyApplication, faultyApplication } from "@patchbay/testing";
import type { DialledLink } from "./dial.ts";
import type { JsonRpcConnection } from "./json_rpc.ts";
import { type TestListener, testListener } from "./test_links.ts";
import type { DialTransport } from "./transports.ts";

interface Weather extends AsyncDisposable {
  bridge: TestListener;
  application: FaultyApplication;
  link: DialledLink;
  connection: JsonRpcConnection;
  executed: string[];
  execute(command: string): Promise<unknown>;
}

const never = new AbortController().signal;
const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;

/** A bridge's listener, and an application that has dialled it in bad weather. */
async function weather(rules: FaultPlanInput["rules"], transport: DialTransport = "unix"): Promise<Weather> {
  await using stack = new AsyncDisposableStack();
  const bridge = stack.use(await testListener(transport));
  const application = stack.use(faultyApplication({ faults: { seed: 4, rules } }));
  const executed: string[] = [];
  const link = stack.use(
    await application.dial({
      app: "counter",
      bridge: "ws-01",
      appVersion: "1.0",
      linksDir: bridge.linksDir,
      execute: ({ command }) => ({ count: executed.push(command) }),
      snapshot: () => ({}),
    }),
  );
  const { connection } = await bridge.listener.accept(never);
  const held = stack.move();
  return {
    bridge,
    application,
    link,
    connection,
    executed,
    execute: (command) => connection.request("execute", { command, args: {}, id: `id of ${command}` }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

for (const transport of ["unix", "tcp", "websocket"] as const) {
  Deno.test(`a ${transport} link in good weather works as without the harness`, async () => {
    await using test = await weather([], transport);
    assert.deepEqual(await test.execute("add"), { count: 1 });
    test.link.event("clicked", {});
    while (test.bridge.notifications.length === 0) await test.execute("read");
  });
}

for (const at of ["before", "after"] as const) {
  Deno.test(`an application crashes on a command ${at} its side effect`, async () => {
    await using test = await weather([{ fault: "crash", on: "add", at }]);
    assert.deepEqual(await test.execute("read"), { count: 1 });
    await assert.rejects(test.execute("add"), code("APP_NOT_CONNECTED"));
    assert.deepEqual(test.executed, at === "before" ? ["read"] : ["read", "add"]);
    assert.equal(test.application.crashes, 1);
    await test.link.closed;
  });
}

Deno.test("an application that hangs on a command answers no ping either, until it comes back", async () => {
  await using test = await weather([{ fault: "hang", on: "add", times: 1 }]);
  const hanging = test.execute("add");
  while (!test.application.blocked) await new Promise((resolve) => setTimeout(resolve, 1));
  let answered = false;
  const ping = test.connection.request("ping", {}).then(() => answered = true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([answered, test.executed], [false, []]);
  test.application.dismiss();
  assert.deepEqual(await hanging, { count: 1 });
  await ping;
});

Deno.test("a dialog holds a command until somebody dismisses it", async () => {
  await using test = await weather([{ fault: "dialog", on: "save" }]);
  const saving = test.execute("save");
  while (!test.application.blocked) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.match(test.application.faults.print(), /application: dialog save/);
  test.application.dismiss();
  assert.deepEqual(await saving, { count: 1 });
});

Deno.test("a reply that comes twice is heard once, one that never comes is awaited", async () => {
  await using test = await weather([
    { fault: "reply_twice", on: "add" },
    { fault: "never_reply", on: "lost" },
  ]);
  assert.deepEqual(await test.execute("add"), { count: 1 });
  let settled = false;
  const lost = assert.rejects(test.execute("lost").finally(() => settled = true), code("APP_NOT_CONNECTED"));
  assert.deepEqual(await test.execute("read"), { count: 3 });
  assert.deepEqual([settled, test.executed], [false, ["add", "lost", "read"]]);
  await test.link[Symbol.asyncDispose]();
  await lost;
});

Deno.test("replies that overtake one another reach who asked", async () => {
  await using test = await weather([{ fault: "reorder", on: "first", kind: "reply" }]);
  const order: string[] = [];
  const ask = (command: string) => test.execute(command).then((value) => (order.push(command), value));
  const answers = [ask("first"), ask("second")];
  assert.deepEqual(await Promise.all(answers), [{ count: 1 }, { count: 2 }]);
  assert.deepEqual(order, ["second", "first"]);
});

Deno.test("frames arrive byte by byte, late and slow, and mean the same", async () => {
  await using test = await weather([
    { fault: "split", maxBytes: 9 },
    { fault: "delay", ms: 1, jitterMs: 2, direction: "down" },
  ]);
  const answers = await Promise.all(["ä", "ö", "ü"].map((command) => test.execute(command)));
  assert.deepEqual(answers, [{ count: 1 }, { count: 2 }, { count: 3 }]);
  assert.deepEqual(test.executed, ["ä", "ö", "ü"]);
});

Deno.test("a link that ends within a frame is over, and the application may dial again", async () => {
  await using test = await weather([{ fault: "cut", afterBytes: 600, direction: "up", times: 1 }]);
  await assert.rejects(
    (async () => {
      for (;;) await test.execute("add");
    })(),
    code("APP_NOT_CONNECTED"),
  );
  await test.link.closed;
  await using again = await test.application.dial({
    app: "counter",
    bridge: "ws-01",
    appVersion: "1.0",
    linksDir: test.bridge.linksDir,
    execute: () => ({ again: true }),
    snapshot: () => ({}),
  });
  const { connection } = await test.bridge.listener.accept(never);
  assert.deepEqual(await connection.request("execute", { command: "add", args: {}, id: "2" }), { again: true });
  assert.equal(typeof again.allowCode, "boolean");
});
