import assert from "node:assert/strict";
import { PatchbayError, Result, subjects, WILDCARD } from "@patchbay/contracts";
import { type Bus, readStream } from "@patchbay/bus";
import { type AppDouble, startAppDouble } from "@patchbay/testing";
import { testStudio, until } from "../test_counter.ts";
import { deleteLink, desk, lamp, linkOf, linkStatuses, putLink } from "./test_apps.ts";

const levels = (double: AppDouble) => double.executions.map(({ args }) => args["level"]);
const lastLevel = (double: AppDouble) => levels(double).at(-1);

function startDesk(bus: Bus | string, faders = [0, 0]) {
  return startAppDouble(bus, desk, {
    bridge: "ws-01",
    handlers: {
      set_fader: ({ args }) => {
        faders[args.index] = args.value;
        return {};
      },
    },
    snapshot: () => ({ faders }),
  });
}

const startLamp = (bus: Bus | string, dim: (level: number) => Promise<void> | void = () => {}) =>
  startAppDouble(bus, lamp, {
    bridge: "ws-02",
    handlers: { dim: async ({ args }) => ({ done: await dim(args.level) }) },
    snapshot: () => ({ level: 0 }),
  });

/** Plays a value until the condition holds: what is sent before the link listens is nobody's. */
async function play(source: AppDouble, peak: number, condition: () => unknown) {
  await until(() => {
    source.channel("meter", { peak });
    return condition();
  });
}

Deno.test("a meter drives an argument, the others stay, and the history has nothing of it", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  await using source = await startDesk(bus);
  await using target = await startLamp(bus);
  await using statuses = await linkStatuses(bus);
  await putLink(bus, linkOf({ mapping: { scale: { from: [0, 1], to: [0, 100] } } }));
  await play(source, 0.5, () => target.executions.length > 0);
  const [first] = target.executions;
  assert.deepEqual(first?.args, { lamp: "left", level: 50 });
  assert.equal(first?.live, true);
  await until(() => statuses.of()?.status === "live");
  const { applied, latencyMs, value } = statuses.of()!;
  assert.ok(applied >= 1 && latencyMs !== undefined && latencyMs.p99 >= latencyMs.p50);
  assert.equal(value, 50);
  const subject = subjects.result("lamp", WILDCARD, WILDCARD);
  const history = readStream(bus, "RESULTS", { subject, payload: Result, from: "start", follow: false });
  assert.deepEqual(await Array.fromAsync(history), []);
});

Deno.test("of a thousand values a second a slow target gets what it can take, and the last one always", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  await using source = await startDesk(bus);
  await using target = await startLamp(bus, () => new Promise((resolve) => setTimeout(resolve, 20)));
  await putLink(bus, linkOf());
  await play(source, 0, () => target.executions.length > 0);
  for (let peak = 1; peak <= 50; peak++) {
    for (let burst = 0; burst < 20; burst++) source.channel("meter", { peak: peak + burst / 20 });
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  source.channel("meter", { peak: 99 });
  await until(() => lastLevel(target) === 99);
  assert.ok(target.executions.length < 50, `${target.executions.length} values`);
});

Deno.test("a link is paused, resumed, changed and deleted while it runs", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  await using source = await startDesk(bus);
  await using target = await startLamp(bus);
  await using statuses = await linkStatuses(bus);
  await putLink(bus, linkOf());
  await play(source, 1, () => lastLevel(target) === 1);
  await putLink(bus, linkOf({ paused: true }));
  await until(() => statuses.of()?.status === "paused");
  const before = target.executions.length;
  source.channel("meter", { peak: 2 });
  await bus.nc.flush();
  assert.equal(target.executions.length, before);
  await putLink(bus, linkOf({ mapping: { expression: "$ * 10" } }));
  await play(source, 3, () => lastLevel(target) === 30);
  assert.ok(statuses.of()!.received >= before);
  await deleteLink(bus, linkOf());
  await putLink(bus, linkOf({ id: "other" }));
  await play(source, 4, () => lastLevel(target) === 4);
  assert.ok(!levels(target).includes(40));
});

Deno.test("a link outlives both bridges and the server", async () => {
  await using studio = await testStudio({ storage: "file" });
  const { nats } = studio;
  let source = await startDesk(nats.url);
  let target = await startLamp(nats.url);
  try {
    await putLink(studio.bus, linkOf());
    await play(source, 1, () => lastLevel(target) === 1);
    await target[Symbol.asyncDispose]();
    target = await startLamp(nats.url);
    await play(source, 2, () => lastLevel(target) === 2);
    await source[Symbol.asyncDispose]();
    source = await startDesk(nats.url);
    await play(source, 3, () => lastLevel(target) === 3);
    await nats.kill();
    await nats.restart();
    await play(source, 4, () => lastLevel(target) === 4);
    await putLink(studio.bus, linkOf({ mapping: { expression: "$ + 10" } }));
    await play(source, 5, () => lastLevel(target) === 15);
  } finally {
    await target[Symbol.asyncDispose]();
    await source[Symbol.asyncDispose]();
  }
});

Deno.test("a state drives an argument: what it is when the link begins, and each change, once", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const faders = [7, 0];
  await using source = await startDesk(bus, faders);
  await using target = await startLamp(bus);
  await putLink(bus, linkOf({ source: { app: "desk", bridge: "ws-01", state: "/faders/0" } }));
  await until(() => lastLevel(target) === 7);
  faders[1] = 5;
  source.changed();
  faders[0] = 8;
  source.changed();
  await until(() => lastLevel(target) === 8);
  assert.deepEqual(levels(target), [7, 8]);
  // another process, whose revisions begin anew
  await source[Symbol.asyncDispose]();
  await using _again = await startDesk(bus, [9, 0]);
  await until(() => lastLevel(target) === 9);
  assert.deepEqual(levels(target), [7, 8, 9]);
});

Deno.test("what an application refuses is said, and the link goes on when it takes values again", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  await using source = await startDesk(bus);
  let broken = true;
  await using target = await startLamp(bus, () => {
    if (broken) throw new PatchbayError("COMMAND_FAILED", "the bulb is broken");
  });
  await using statuses = await linkStatuses(bus);
  await putLink(bus, linkOf());
  await play(source, 1, () => statuses.of()?.status === "failing");
  assert.equal(statuses.of()?.reason, "the bulb is broken");
  broken = false;
  await play(source, 2, () => statuses.of()?.status === "live");
  await play(source, 101, () => statuses.of()?.status === "failing");
  assert.match(statuses.of()!.reason, /level/);
  target.crash();
  await play(source, 3, () => lastLevel(target) === 3);
});

Deno.test("a link that cannot run says which field is wrong", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  await using _target = await startLamp(bus);
  await using statuses = await linkStatuses(bus);
  await putLink(bus, linkOf({ target: { ...linkOf().target, command: "explode" } }));
  await until(() => statuses.of()?.status === "failing");
  assert.match(statuses.of()!.reason, /^target\.command: .*explode/);
  await putLink(bus, linkOf({ mapping: { expression: "$eval('1')" } }));
  await until(() => statuses.of()?.reason.startsWith("mapping.expression"));
});

Deno.test("a bridge ends although the application does not finish a value", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  await using source = await startDesk(bus);
  const target = await startAppDouble(bus, lamp, {
    bridge: "ws-02",
    stuckMs: 50,
    handlers: { dim: () => new Promise(() => {}) },
    snapshot: () => ({ level: 0 }),
  });
  await putLink(bus, linkOf());
  await play(source, 1, () => target.executions.length === 1);
  await target[Symbol.asyncDispose]();
});
