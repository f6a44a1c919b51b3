import assert from "node:assert/strict";
import { envelope, PatchbayError, type StateUpdate, subjects } from "@patchbay/contracts";
import { packed } from "@patchbay/bus";
import { z } from "zod";
import { startChild } from "../supervision/child.ts";
import { addEvents, arrived, filesIn, openSpool, spoolStudio, until, upTo } from "./test_spool.ts";

Deno.test("many messages arrive in order, and nothing is left on the disk", async () => {
  await using studio = await spoolStudio();
  await using test = openSpool(studio);
  addEvents(test.spool, 0, 500);
  await test.spool.flushed();
  assert.deepEqual(await arrived(studio.bus), upTo(500));
  assert.equal(test.spool.waiting, 0);
  assert.deepEqual(filesIn(studio.folder), []);
});

Deno.test("what is made while the bus is away arrives in order afterwards, each once", async () => {
  await using studio = await spoolStudio();
  await using test = openSpool(studio);
  addEvents(test.spool, 0, 100);
  await studio.nats.kill();
  addEvents(test.spool, 100, 200);
  await until(() => !studio.bus.connected);
  addEvents(test.spool, 200, 300);
  assert.notDeepEqual(filesIn(studio.folder), []);
  await studio.nats.restart();
  await test.spool.flushed();
  assert.deepEqual(await arrived(studio.bus), upTo(300));
  assert.deepEqual(filesIn(studio.folder), []);
});

Deno.test("messages that the stream has already, in the middle of many, neither come twice nor change the order", async () => {
  await using studio = await spoolStudio();
  const stored = await (async () => {
    const early = openSpool(studio);
    addEvents(early.spool, 0, 2);
    await early.spool.flushed();
    await early[Symbol.asyncDispose]();
    return studio.bus.nc.request("$JS.API.DIRECT.GET.EVENTS", JSON.stringify({ seq: 2 }));
  })();
  await using test = openSpool(studio);
  addEvents(test.spool, 2, 10);
  // as when only the receipt was lost: the same id comes again between the others
  const headers = { "Nats-Msg-Id": stored.headers?.get("Nats-Msg-Id") ?? "" };
  test.spool.addPacked({ subject: subjects.event("counter", "ws-01", "clicked"), data: stored.data, headers });
  addEvents(test.spool, 10, 20);
  await test.spool.flushed();
  assert.deepEqual(await arrived(studio.bus), upTo(20));
});

Deno.test("one message that the stream refuses does not hold up the others, and whoever waits for it is told", async () => {
  await using studio = await spoolStudio();
  await using test = openSpool(studio);
  addEvents(test.spool, 0, 5);
  const huge = packed(
    subjects.event("counter", "ws-01", "clicked"),
    envelope({ type: "event", payload: "x".repeat(studio.bus.maxPayload), source: "counter.ws-01" }),
  );
  test.spool.addPacked(huge);
  addEvents(test.spool, 5, 10);
  await assert.rejects(
    test.spool.stored(huge),
    (error) => error instanceof PatchbayError && error.code === "PAYLOAD_TOO_LARGE",
  );
  await test.spool.flushed();
  assert.deepEqual(await arrived(studio.bus), upTo(10));
});

Deno.test("a message that another one has made impossible is refused; one whose receipt was lost is stored", async () => {
  await using studio = await spoolStudio();
  await using test = openSpool(studio);
  const subject = "$KV.ledger.counter.ws-01.k";
  const entry = (id: string, expected: number) => ({
    subject,
    data: new TextEncoder().encode(id),
    headers: { "Nats-Msg-Id": id, "Nats-Expected-Last-Subject-Sequence": String(expected) },
  });
  test.spool.addPacked(entry("first", 0));
  await test.spool.stored(entry("first", 0));
  test.spool.addPacked(entry("first", 0));
  await test.spool.stored(entry("first", 0));
  test.spool.addPacked(entry("second", 0));
  await assert.rejects(
    test.spool.stored(entry("second", 0)),
    (error) => error instanceof PatchbayError && error.code === "CONFLICT",
  );
});

Deno.test("a process that is killed with undelivered messages leaves them to the next one, which delivers them in order, once", async () => {
  await using studio = await spoolStudio();
  const script = `
    import { connectBus } from "@patchbay/bus";
    import { addEvents, openSpool } from "./test_spool.ts";
    const bus = await connectBus({ servers: ${JSON.stringify(studio.nats.url)}, name: "to be killed" });
    const { spool } = openSpool({ bus, folder: ${JSON.stringify(studio.folder)} });
    addEvents(spool, 0, 50);
    await spool.flushed();
    const gone = Promise.withResolvers();
    bus.onStatus(({ connected }) => connected || gone.resolve());
    console.log("stored");
    await gone.promise;
    addEvents(spool, 50, 150);
    console.log("spooled");
    setInterval(() => {}, 1_000);
  `;
  const file = await Deno.makeTempFile({ dir: import.meta.dirname!, suffix: "_killed.ts" });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(file));
  await Deno.writeTextFile(file, script);
  const said = { stored: Promise.withResolvers<void>(), spooled: Promise.withResolvers<void>() };
  await using process = startChild({
    command: Deno.execPath(),
    args: ["run", "-A", "--no-check", file],
    cwd: import.meta.dirname!,
    env: {},
    onLine: (line) => (line === "stored" || line === "spooled") && said[line].resolve(),
  });
  await said.stored.promise;
  await studio.nats.kill();
  await said.spooled.promise;
  Deno.kill(process.pid, "SIGKILL");
  await process.exited;
  await studio.nats.restart();
  await until(() => studio.bus.connected);
  await using test = openSpool(studio);
  assert.equal(test.spool.waiting, 100);
  addEvents(test.spool, 150, 160);
  await test.spool.flushed();
  assert.deepEqual(await arrived(studio.bus), upTo(160));
  assert.deepEqual(filesIn(studio.folder), []);
});

Deno.test("what an earlier process has stored without knowing it is not stored twice, however long ago that was", async () => {
  await using studio = await spoolStudio();
  await studio.nats.stop();
  {
    await using first = openSpool(studio);
    addEvents(first.spool, 0, 20);
    await until(() => filesIn(studio.folder).length > 0);
  }
  const files = await Promise.all(
    filesIn(studio.folder).map(async (path) => ({ path, bytes: await Deno.readFile(path) })),
  );
  await studio.nats.restart();
  await until(() => studio.bus.connected);
  {
    await using second = openSpool(studio);
    await second.spool.flushed();
  }
  // it was killed before it could note that all is delivered; and the server has forgotten the ids
  for (const { path, bytes } of files) await Deno.writeFile(path, bytes);
  const { config } = z.object({ config: z.record(z.string(), z.unknown()) })
    .parse((await studio.bus.nc.request("$JS.API.STREAM.INFO.EVENTS")).json());
  const forgetful = { ...config, duplicate_window: 100_000_000 };
  await studio.bus.nc.request("$JS.API.STREAM.UPDATE.EVENTS", JSON.stringify(forgetful));
  await studio.nats.stop();
  await studio.nats.restart();
  await until(() => studio.bus.connected);
  await using third = openSpool(studio);
  assert.equal(third.spool.waiting, 20);
  addEvents(third.spool, 20, 25);
  await third.spool.flushed();
  assert.deepEqual(await arrived(studio.bus), upTo(25));
});

Deno.test("a record that was torn when its process died is left out, and those before it arrive", async () => {
  await using studio = await spoolStudio();
  await studio.nats.stop();
  {
    await using first = openSpool(studio);
    addEvents(first.spool, 0, 10);
    await until(() => filesIn(studio.folder).length > 0);
  }
  const [path = ""] = filesIn(studio.folder);
  await Deno.truncate(path, (await Deno.stat(path)).size - 5);
  await studio.nats.restart();
  await until(() => studio.bus.connected);
  await using second = openSpool(studio);
  addEvents(second.spool, 10, 12);
  await second.spool.flushed();
  assert.deepEqual(await arrived(studio.bus), [...upTo(9), 10, 11]);
});

Deno.test("more than the limit drops the oldest, states before events before results, and says how many afterwards", async () => {
  await using studio = await spoolStudio();
  await studio.nats.stop();
  await until(() => !studio.bus.connected);
  const said = Promise.withResolvers<number>();
  await using test = openSpool(studio, { limitBytes: 200_000, onDropped: said.resolve });
  const padding = "x".repeat(1_000);
  const result = (n: number) =>
    packed(
      subjects.result("counter", "ws-01", "add"),
      envelope({ type: "result", payload: { n, padding }, source: "counter.ws-01" }),
    );
  const results = Array.from({ length: 40 }, (_, n) => result(n));
  for (const one of results) test.spool.addPacked(one);
  addEvents(test.spool, 0, 400, padding);
  const sizes = await Promise.all(filesIn(studio.folder).map(async (path) => (await Deno.stat(path)).size));
  const onDisk = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(onDisk <= 220_000, `${onDisk} bytes`);
  assert.ok(test.spool.dropped > 0);
  await studio.nats.restart();
  await Promise.all(results.map((one) => test.spool.stored(one)));
  await test.spool.flushed();
  const numbers = await arrived(studio.bus);
  assert.equal(numbers.length, 400 - test.spool.dropped);
  assert.deepEqual(numbers, upTo(400).slice(-numbers.length), "the newest are there, in order");
  assert.equal(await said.promise, test.spool.dropped);
});

Deno.test("a whole state takes the place of those that still wait", async () => {
  await using studio = await spoolStudio();
  await studio.nats.stop();
  await until(() => !studio.bus.connected);
  await using test = openSpool(studio);
  const subject = subjects.state("counter", "ws-01");
  for (let revision = 1; revision <= 50; revision++) {
    const payload: StateUpdate = {
      kind: "snapshot",
      app: "counter",
      bridge: "ws-01",
      instance: "01990000-0000-7000-8000-000000000000",
      revision,
      cause: "command",
      state: { revision },
    };
    test.spool.replace(subject, envelope({ type: "state_update", payload, source: "counter.ws-01" }));
  }
  assert.ok(test.spool.waiting <= 2, `${test.spool.waiting} wait`);
  await studio.nats.restart();
  await test.spool.flushed();
  const last = await studio.bus.nc.request(`$JS.API.DIRECT.GET.STATE.${subject}`);
  assert.equal(JSON.parse(last.string()).payload.revision, 50);
});

Deno.test("a disk that refuses keeps the messages in memory, and they arrive all the same", async () => {
  await using studio = await spoolStudio();
  // a file is where the folder should be
  await Deno.writeTextFile(`${studio.folder}/spool`, "");
  await using test = openSpool({ bus: studio.bus, folder: `${studio.folder}/spool` });
  await studio.nats.stop();
  await until(() => !studio.bus.connected);
  addEvents(test.spool, 0, 20);
  await studio.nats.restart();
  await test.spool.flushed();
  assert.deepEqual(await arrived(studio.bus), upTo(20));
});
