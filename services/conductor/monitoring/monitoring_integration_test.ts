import assert from "node:assert/strict";
import { type Bus, callService, migrate, readStream, request } from "@patchbay/bus";
import {
  Alert,
  command,
  defineApp,
  envelope,
  type MonitoringSettings,
  PatchbayError,
  Result,
  SERVICES,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { startAppDouble, startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { startConductor } from "../mod.ts";

const VERBS = SERVICES.conductor;
const empty = z.object({});
const lamp = defineApp({
  app: "lamp",
  title: "Lamp",
  version: "1.0.0",
  state: empty,
  commands: {
    light: command({ summary: "Lights it.", args: empty, result: empty }),
    break: command({ summary: "Fails.", args: empty, result: empty }),
  },
});
const handlers = {
  light: () => ({}),
  break: () => {
    throw PatchbayError.of("APP_UNRESPONSIVE", "The lamp does not answer");
  },
};

async function studio() {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus);
  stack.use(await startAppDouble(bus, lamp, { handlers }));
  const parts = stack.move();
  return { nats, bus, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

async function send(bus: Bus, name: string): Promise<void> {
  const payload = { command: name, args: {}, priority: "normal" };
  const message = envelope({ type: "command", payload, source: "test", target: "lamp.ws-01" });
  await request(bus, subjects.command("lamp", "ws-01", name), message, {
    payload: Result,
    absent: "BRIDGE_OFFLINE",
    timeoutMs: 10_000,
  });
}

/** A conductor that has just begun may not watch yet: it fails until somebody has done something about it. */
async function failUntilRecovered(bus: Bus): Promise<Alert[]> {
  let ended = false;
  const alerts = untilRecovered(bus).finally(() => ended = true);
  while (!ended) await send(bus, "break");
  return await alerts;
}

const set = (bus: Bus, settings: MonitoringSettings, revision?: number) =>
  callService(bus, "conductor", "put_monitoring", { settings, ...(revision === undefined ? {} : { revision }) }, {
    result: VERBS.put_monitoring.result,
    source: "test",
  });

const statistics = (bus: Bus) =>
  callService(bus, "conductor", "statistics", {}, { result: VERBS.statistics.result, source: "test" });

/** The alerts up to the one that says how a recovery ended. */
async function untilRecovered(bus: Bus): Promise<Alert[]> {
  const alerts: Alert[] = [];
  const all = { subject: subjects.alert(WILDCARD), payload: Alert, from: "start", follow: true } as const;
  for await (const { message } of readStream(bus, "ALERTS", { ...all, signal: AbortSignal.timeout(30_000) })) {
    alerts.push(message.payload);
    const recovery = message.payload.context?.["recovery"] as { status: string } | undefined;
    if (recovery !== undefined && recovery.status !== "acting") return alerts;
  }
  throw new Error(`No recovery has ended: ${JSON.stringify(alerts)}`);
}

const settings = (more: Partial<MonitoringSettings>): MonitoringSettings => ({
  thresholds: { critical: 1, error: 5, warning: 10, windowMs: 60_000 },
  strategies: {},
  ...more,
});

Deno.test("errors that keep coming raise one alert, whoever of three conductors watches, and a recovery that all can see", async () => {
  await using studio_ = await studio();
  const { bus, nats } = studio_;
  await using _first = await startConductor({ bus: await nats.connect("conductor"), leaseTtlMs: 1_000 });
  await using _second = await startConductor({ bus: await nats.connect("conductor"), leaseTtlMs: 1_000 });
  await using _third = await startConductor({ bus: await nats.connect("conductor"), leaseTtlMs: 1_000 });
  await set(bus, settings({ strategies: { APP_UNRESPONSIVE: "wait" } }));
  const alerts = await failUntilRecovered(bus);
  assert.deepEqual(alerts.map(({ severity, code, app, bridge }) => [severity, code, app, bridge]), [
    ["error", "APP_UNRESPONSIVE", "lamp", "ws-01"],
    ["warning", "APP_UNRESPONSIVE", "lamp", "ws-01"],
    ["info", "APP_UNRESPONSIVE", "lamp", "ws-01"],
  ]);
  assert.match(alerts[0]!.message, /lamp\.ws-01: 5 errors within 60 s: 5 × APP_UNRESPONSIVE/);
  let seen = await statistics(bus);
  while (seen.recoveries[0]?.status !== "succeeded") seen = await statistics(bus);
  assert.deepEqual(seen.recoveries.map(({ action, status }) => [action, status]), [["wait", "succeeded"]]);
});

Deno.test("what nothing helps against is left to a person, with the remedy", async () => {
  await using studio_ = await studio();
  const { bus } = studio_;
  await using _conductor = await startConductor({ bus, leaseTtlMs: 1_000 });
  await set(
    bus,
    settings({
      thresholds: { critical: 1, error: 2, warning: 10, windowMs: 60_000 },
      strategies: { APP_UNRESPONSIVE: "escalate" },
    }),
  );
  const told = (await failUntilRecovered(bus)).at(-1)!;
  assert.equal(told.severity, "error");
  assert.match(told.message, /A person must look: Look at the application/);
});

Deno.test("each command is counted with its durations and errors, also what was done before the conductor began", async () => {
  await using studio_ = await studio();
  const { bus } = studio_;
  for (let i = 0; i < 3; i++) await send(bus, "light");
  await using _conductor = await startConductor({ bus, leaseTtlMs: 1_000 });
  await send(bus, "light");
  await send(bus, "break");
  let seen = await statistics(bus);
  while (seen.commands.reduce((sum, { count }) => sum + count, 0) < 5) seen = await statistics(bus);
  const [light, broken] = seen.commands;
  assert.deepEqual([light?.command, light?.count, light?.failed], ["light", 4, 0]);
  assert.ok(light!.durationMs!.p50 <= light!.durationMs!.max);
  assert.deepEqual([broken?.command, broken?.errors], ["break", { APP_UNRESPONSIVE: 1 }]);
});

Deno.test("settings are changed by whoever has seen the last ones", async () => {
  await using studio_ = await studio();
  const { bus } = studio_;
  await using _conductor = await startConductor({ bus, leaseTtlMs: 1_000 });
  const { revision } = await set(bus, settings({}), 0);
  await assert.rejects(set(bus, settings({}), 0), { code: "CONFLICT" });
  const changed = await set(bus, settings({ strategies: { APP_CRASHED: "escalate" } }), revision);
  assert.deepEqual(changed.settings.strategies, { APP_CRASHED: "escalate" });
});
