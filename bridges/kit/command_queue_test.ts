import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import fc from "fast-check";
import { PatchbayError, type Priority } from "@patchbay/contracts";
import { AHEAD_OF_LIVE, CommandQueue } from "./command_queue.ts";

const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;

Deno.test("high goes before normal before low, and first come first served within one", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.constantFrom<Priority>("high", "normal", "low"), { maxLength: 30 }),
    async (priorities) => {
      const queue = new CommandQueue({ limit: 100 });
      const gate = Promise.withResolvers<void>();
      const ran: [Priority, number][] = [];
      const all = [queue.enqueue(() => gate.promise)];
      for (const [i, priority] of priorities.entries()) {
        all.push(queue.enqueue(() => Promise.resolve(void ran.push([priority, i])), { priority }));
      }
      gate.resolve();
      await Promise.all(all);
      const rank = { high: 0, normal: 1, low: 2 };
      const expected = priorities.map((priority, i): [Priority, number] => [priority, i])
        .sort((a, b) => rank[a[0]] - rank[b[0]] || a[1] - b[1]);
      assert.deepEqual(ran, expected);
    },
  ));
});

Deno.test("one task at a time, also after one has failed", async () => {
  const queue = new CommandQueue({ limit: 10 });
  let running = 0;
  const task = (fails: boolean) => async () => {
    assert.equal(++running, 1);
    await Promise.resolve();
    running--;
    if (fails) throw new Error("no");
  };
  const outcomes = await Promise.allSettled([true, false, true, false].map((fails) => queue.enqueue(task(fails))));
  assert.deepEqual(outcomes.map(({ status }) => status), ["rejected", "fulfilled", "rejected", "fulfilled"]);
  await queue.idle();
});

Deno.test("a full queue refuses with APP_BUSY, and takes more once one has run", async () => {
  const queue = new CommandQueue({ limit: 1 });
  const gate = Promise.withResolvers<void>();
  const first = queue.enqueue(() => gate.promise);
  const second = queue.enqueue(() => Promise.resolve("second"));
  await assert.rejects(queue.enqueue(() => Promise.resolve()), code("APP_BUSY"));
  const internal = queue.enqueue(() => Promise.resolve("internal"), { internal: true });
  assert.equal(queue.waiting, 1);
  gate.resolve();
  await first;
  assert.equal(await second, "second");
  assert.equal(await internal, "internal");
  assert.equal(await queue.enqueue(() => Promise.resolve("third")), "third");
});

Deno.test("what waits can be taken out at once; what runs is left alone", async () => {
  const queue = new CommandQueue({ limit: 10 });
  const gate = Promise.withResolvers<string>();
  const cancel = new AbortController();
  const reason = new PatchbayError("CANCELLED", "somebody asked for it");
  const running = queue.enqueue(() => gate.promise, { signal: cancel.signal });
  let ran = false;
  const waiting = queue.enqueue(() => Promise.resolve(ran = true), { signal: cancel.signal });
  cancel.abort(reason);
  await assert.rejects(waiting, (error) => error === reason);
  await assert.rejects(queue.enqueue(() => Promise.resolve(), { signal: cancel.signal }), (error) => error === reason);
  gate.resolve("done");
  assert.equal(await running, "done");
  await queue.idle();
  assert.equal(ran, false);
});

Deno.test("each task runs in the context in which it was asked for", async () => {
  const context = new AsyncLocalStorage<string>();
  const queue = new CommandQueue({ limit: 10 });
  const seen: (string | undefined)[] = [];
  await Promise.all(
    ["a", "b", "c"].map((name) =>
      context.run(name, () => queue.enqueue(() => Promise.resolve(void seen.push(context.getStore()))))
    ),
  );
  assert.deepEqual(seen, ["a", "b", "c"]);
});

Deno.test("a value of a link lets commands go first, but no more than a few in a row", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.constantFrom<Priority | "live">("high", "normal", "low", "live"), { maxLength: 40 }),
    async (kinds) => {
      const queue = new CommandQueue({ limit: 100 });
      const gate = Promise.withResolvers<void>();
      const ran: string[] = [];
      const all = [queue.enqueue(() => gate.promise)];
      for (const kind of kinds) {
        const options = kind === "live" ? { live: true } : { priority: kind };
        all.push(queue.enqueue(() => Promise.resolve(void ran.push(kind)), options));
      }
      gate.resolve();
      await Promise.all(all);
      const values = kinds.filter((kind) => kind === "live").length;
      let [left, inRow] = [values, 0];
      for (const [i, kind] of ran.entries()) {
        if (kind === "live") {
          const waiting = ran.slice(i).some((later) => later !== "live");
          assert.ok(inRow === AHEAD_OF_LIVE || !waiting, `a value went before a command: ${ran}`);
          [left, inRow] = [left - 1, 0];
        } else if (left > 0) assert.ok(++inRow <= AHEAD_OF_LIVE, `a value waited too long: ${ran}`);
      }
      assert.equal(left, 0);
    },
  ));
});

Deno.test("a stream of commands and a stream of values share the application, however long both last", async () => {
  const queue = new CommandQueue({ limit: 1_000 });
  const ran: string[] = [];
  const stream = async (kind: string, options: { live?: boolean }) => {
    const next = () => queue.enqueue(() => Promise.resolve(void ran.push(kind)), options);
    // always one more waits
    let waiting = next();
    for (let i = 0; i < 100; i++) {
      const after = next();
      await waiting;
      waiting = after;
    }
    await waiting;
  };
  await Promise.all([stream("command", {}), stream("value", { live: true })]);
  const until = ran.lastIndexOf("command");
  const [commands, values] = ["command", "value"].map((kind) => ran.slice(0, until).filter((it) => it === kind).length);
  assert.ok(values! >= commands! / AHEAD_OF_LIVE - 2, `${values} values beside ${commands} commands`);
  assert.ok(values! <= commands! / AHEAD_OF_LIVE + 2, `${values} values beside ${commands} commands`);
});
