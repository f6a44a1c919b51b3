import assert from "node:assert/strict";
import {
  ANY_BRIDGE,
  command,
  defineApp,
  envelope,
  newId,
  PatchbayError,
  Presence,
  Result,
  subjects,
} from "@patchbay/contracts";
import { type AppDouble, type AppDoubleOptions, startAppDouble, startTestNats, type TestNats } from "@patchbay/testing";
import { z } from "zod";
import { BridgeGoneError, type Bus, migrate, openBucket, PresenceMirror, requestBridge } from "./mod.ts";

const empty = z.object({});
const painter = defineApp({
  app: "painter",
  title: "Painter",
  version: "1.0.0",
  state: empty,
  commands: { paint: command({ summary: "Paints.", args: empty, result: z.object({ by: z.string() }) }) },
});
type Painter = AppDoubleOptions<typeof painter.commands>;

interface Studio extends AsyncDisposable {
  nats: TestNats;
  bus: Bus;
  here: PresenceMirror;
  start(bridge: string, options?: Painter): Promise<AppDouble>;
}

async function studio(): Promise<Studio> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("caller");
  await migrate(bus);
  const here = stack.use(await PresenceMirror.follow(bus, { graceMs: 20 }));
  const parts = stack.move();
  return {
    nats,
    bus,
    here,
    start: (bridge, options = {}) =>
      startAppDouble(bus, painter, {
        bridge,
        handlers: { paint: () => ({ by: bridge }) },
        drainTimeoutMs: 100,
        ...options,
      }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function paint({ bus, here }: Studio, bridge?: string, signal?: AbortSignal) {
  const payload = { command: "paint", args: {}, priority: "normal" };
  const message = envelope({ type: "command", payload, source: "test", target: `painter.${bridge ?? ANY_BRIDGE}` });
  return requestBridge(bus, here, {
    app: "painter",
    bridge: bridge ?? ANY_BRIDGE,
    subject: (bridge) => subjects.command("painter", bridge, "paint"),
    message,
    payload: Result,
    timeoutMs: 20_000,
    ...(signal === undefined ? {} : { signal }),
  });
}

const painterOf = async (asked: ReturnType<typeof paint>) => (await asked).payload.bridge;

/** Resolves once the mirror shows it. */
async function shown({ bus, here }: Studio, bridge: string, accept: (presence: Presence | undefined) => boolean) {
  const signal = AbortSignal.timeout(10_000);
  while (!accept(here.get("painter", bridge))) {
    signal.throwIfAborted();
    await bus.nc.flush();
  }
}
const idle = (presence?: Presence) => presence?.status === "idle";

Deno.test("commands for any bridge go to idle ones, while a busy one works on", async () => {
  await using s = await studio();
  const gate = Promise.withResolvers<void>();
  await using busy = await s.start("ws-01", { handlers: { paint: async () => (await gate.promise, { by: "ws-01" }) } });
  const first = paint(s, "ws-01");
  await using _idle = await s.start("ws-02");
  await shown(s, "ws-01", (presence) => presence?.status === "executing");
  await shown(s, "ws-02", idle);
  for (let i = 0; i < 6; i++) assert.equal(await painterOf(paint(s)), "ws-02");
  gate.resolve();
  assert.equal(await painterOf(first), "ws-01");
  assert.equal(busy.executions.length, 1);
});

Deno.test("a bridge whose application goes away before it begins does not end the command: the next one gets it", async () => {
  await using s = await studio();
  await using first = await s.start("ws-01");
  await shown(s, "ws-01", idle);
  await using second = await s.start("ws-02", { open: () => {} });
  await shown(s, "ws-02", idle);
  // the mirror still shows it connected when the command is sent
  first.crash();
  for (let i = 0; i < 4; i++) assert.equal((await paint(s)).payload.ok, true);
  assert.equal(first.executions.length + second.executions.length, 4);
});

Deno.test("where no bridge can begin anything, the error names who is there and why not", async () => {
  await using s = await studio();
  await assert.rejects(painterOf(paint(s)), { code: "BRIDGE_OFFLINE" });
  await using _double = await s.start("ws-01", {
    open: () => {
      throw PatchbayError.of("APP_NOT_FOUND", "Painter is not on this machine");
    },
  });
  await shown(s, "ws-01", (presence) => presence?.status === "disconnected");
  await assert.rejects(painterOf(paint(s)), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(error.code, "APP_NOT_CONNECTED");
    assert.match(error.message, /ws-01 \(disconnected: .*not on this machine/);
    assert.equal(error.context["started"], false);
    return true;
  });
});

Deno.test("whoever waits for a bridge whose presence expires, or that another process replaces, is told", async () => {
  await using s = await studio();
  const begun = Promise.withResolvers<void>();
  await using _double = await s.start("ws-01", {
    handlers: {
      paint: ({ signal }) => (begun.resolve(), new Promise((_, no) => signal.addEventListener("abort", no))),
    },
  });
  await shown(s, "ws-01", idle);
  const presence = await openBucket(s.bus, "presence", Presence);
  const there = await presence.get("painter.ws-01");
  assert.ok(there);
  // a bridge that is here keeps its presence: one that cannot is stood in for
  const dead = { ...there.value, bridge: "ws-02", instance: newId() };
  const sub = s.bus.nc.subscribe(subjects.command("painter", "ws-02", "paint"), { callback: () => {} });
  for (const end of ["expires", "replaced"]) {
    await presence.put("painter.ws-02", dead);
    await shown(s, "ws-02", idle);
    const asked = painterOf(paint(s, "ws-02"));
    if (end === "expires") await presence.delete("painter.ws-02");
    else await presence.put("painter.ws-02", { ...dead, instance: newId() });
    await assert.rejects(asked, (error) => error instanceof BridgeGoneError && error.code === "BRIDGE_OFFLINE");
  }
  sub.unsubscribe();
  const cancel = new AbortController();
  const waiting = painterOf(paint(s, "ws-01", cancel.signal));
  await begun.promise;
  cancel.abort();
  await assert.rejects(waiting, { code: "CANCELLED" });
});

Deno.test("a bridge that is seen again within the grace is waited for", async () => {
  await using s = await studio();
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  await using double = await s.start("ws-01", {
    handlers: { paint: async () => (begun.resolve(), await gate.promise, { by: "ws-01" }) },
  });
  await shown(s, "ws-01", idle);
  const asked = painterOf(paint(s, "ws-01"));
  await begun.promise;
  const presence = await openBucket(s.bus, "presence", Presence);
  await presence.delete("painter.ws-01");
  await presence.put("painter.ws-01", double.bridge.presence);
  await shown(s, "ws-01", (presence) => presence !== undefined);
  gate.resolve();
  assert.equal(await asked, "ws-01");
});

Deno.test("the mirror ends the waits that are left when it ends", async () => {
  await using s = await studio();
  await using _double = await s.start("ws-01", { handlers: { paint: () => new Promise(() => {}) }, stuckMs: 50 });
  await shown(s, "ws-01", idle);
  const asked = painterOf(paint(s, "ws-01"));
  asked.catch(() => {});
  await s.here[Symbol.asyncDispose]();
  await assert.rejects(asked, { code: "CANCELLED" });
});
