import assert from "node:assert/strict";
import { type Bus, publish, send } from "@patchbay/bus";
import { type AppEvent, envelope, newId, type RunEvent, type RunLogEntry, subjects } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { startCounter } from "./testing/counter.ts";
import { planOf, startConductorDouble } from "./testing/services.ts";
import { startTestGateway, type TestGateway } from "./testing/studio.ts";

interface Frame {
  id: string | undefined;
  event: string;
  // deno-lint-ignore no-explicit-any -- whatever was sent
  data: any;
}

/** The events of a stream, one at a time. */
function frames(response: Response) {
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    /** The next event, comments passed over; `undefined` at the end. */
    async next(): Promise<Frame | undefined> {
      while (true) {
        const end = text.indexOf("\n\n");
        if (end < 0) {
          const { done, value } = await reader.read();
          if (done) return undefined;
          text += value;
          continue;
        }
        const fields = new Map(
          text.slice(0, end).split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
        );
        text = text.slice(end + 2);
        const event = fields.get("event");
        if (event !== undefined) return { id: fields.get("id"), event, data: JSON.parse(fields.get("data") ?? "null") };
      }
    },
    [Symbol.asyncDispose]: () => reader.cancel(),
  };
}

async function studio(limits = {}) {
  const stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  const gateway = stack.use(await startTestGateway(bus, { limits }));
  const conductor = stack.use(await startConductorDouble(bus));
  stack.use(await startCounter(bus));
  while (gateway.deps.manifests.apps.size === 0) await bus.nc.flush();
  return { ...gateway, bus, nats, conductor, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const follow = async ({ ask }: TestGateway, path: string, lastEventId?: string) =>
  frames(await ask(path, lastEventId === undefined ? {} : { headers: { "last-event-id": lastEventId } }));

async function publishEvent(bus: Bus, event: string, data: unknown = {}) {
  const payload: AppEvent = { app: "counter", bridge: "ws-01", event, at: 1, data };
  await publish(
    bus,
    subjects.event("counter", "ws-01", event),
    envelope({ type: "event", payload, source: "counter.ws-01" }),
  );
}

async function startRun({ ask }: TestGateway): Promise<string> {
  const { plan } = await (await ask("/v1/plans", { method: "POST", json: planOf(["increment"]) })).json();
  return (await (await ask(`/v1/plans/${plan.id}/run`, { method: "POST" })).json()).runId;
}

const finished: RunEvent = { type: "RUN_FINISHED", at: 3, status: "succeeded" };
const started: RunEvent = { type: "STEP_STARTED", at: 2, stepId: "s1", bridge: "any", commandId: newId() };

Deno.test("a run is followed to its end, with the progress of its commands, and the stream ends with it", async () => {
  await using s = await studio();
  const runId = await startRun(s);
  await using events = await follow(s, `/v1/runs/${runId}/events`);
  const first = await events.next();
  assert.equal(first?.event, "RUN_STARTED");
  const { correlationId } = first.data;
  const progress = { commandId: newId(), fraction: 0.5 };
  send(
    s.bus,
    subjects.progress(correlationId),
    envelope({ type: "progress", payload: progress, source: "counter.ws-01" }),
  );
  const second = await events.next();
  assert.deepEqual(second, { id: undefined, event: "progress", data: progress });
  await s.conductor.append(runId, started);
  await s.conductor.append(runId, finished);
  assert.equal((await events.next())?.event, "STEP_STARTED");
  assert.deepEqual((await events.next())?.data, finished);
  assert.equal(await events.next(), undefined);
});

Deno.test("a run is followed on from the last event that the reader has", async () => {
  await using s = await studio();
  const runId = await startRun(s);
  await s.conductor.append(runId, started);
  const path = `/v1/runs/${runId}/events`;
  let id: string | undefined;
  {
    await using events = await follow(s, path);
    id = (await events.next())?.id;
  }
  await s.conductor.append(runId, finished);
  await using rest = await follow(s, path, id);
  assert.equal((await rest.next())?.event, "STEP_STARTED");
  const last = await rest.next();
  assert.equal(last?.event, "RUN_FINISHED");
  assert.equal(await rest.next(), undefined);
  await using nothing = await follow(s, path, last.id);
  assert.equal(await nothing.next(), undefined);
});

Deno.test("events that were stored with one message are followed one by one, and followed on behind each of them", async () => {
  await using s = await studio();
  const runId = await startRun(s);
  const payload: RunLogEntry = { type: "RUN_EVENTS", events: [started, { ...started, stepId: "s2" }, finished] };
  await publish(s.bus, subjects.run(runId), envelope({ type: "event", payload, source: "conductor" }));
  const path = `/v1/runs/${runId}/events`;
  const all: Frame[] = [];
  {
    await using events = await follow(s, path);
    for (let frame = await events.next(); frame !== undefined; frame = await events.next()) all.push(frame);
  }
  assert.deepEqual(all.map(({ event }) => event), ["RUN_STARTED", "STEP_STARTED", "STEP_STARTED", "RUN_FINISHED"]);
  for (const [i, { id }] of all.entries()) {
    await using rest = await follow(s, path, id);
    for (const expected of all.slice(i + 1)) assert.deepEqual(await rest.next(), expected);
    assert.equal(await rest.next(), undefined);
  }
  let last: string | undefined = "0-0-0-0-0";
  for (const { event, data } of all) {
    await using events = await follow(s, "/v1/events?kinds=run", last);
    assert.equal((await events.next())?.event, "ready");
    const frame = await events.next();
    assert.deepEqual([frame?.event, frame?.data], ["run", { runId, ...data }], event);
    last = frame?.id;
  }
});

Deno.test("a run that never was cannot be followed, nor can one from a place that is none", async () => {
  await using s = await studio();
  const response = await s.ask(`/v1/runs/${newId()}/events`);
  assert.equal(response.status, 404);
  assert.equal((await response.json()).code, "NOT_FOUND");
  for (const path of [`/v1/runs/${newId()}/events`, "/v1/events"]) {
    assert.equal((await s.ask(path, { headers: { "last-event-id": "x-y" } })).status, 400);
  }
});

Deno.test("what happens in the studio is followed, and followed on after a break without a gap", async () => {
  await using s = await studio();
  await publishEvent(s.bus, "before");
  let last: string | undefined;
  {
    await using events = await follow(s, "/v1/events");
    assert.equal((await events.next())?.event, "ready");
    await publishEvent(s.bus, "render_finished");
    const frame = await events.next();
    assert.equal(frame?.event, "event");
    assert.equal(frame.data.event, "render_finished");
    last = frame.id;
  }
  await publishEvent(s.bus, "meanwhile");
  const runId = await startRun(s);
  await using events = await follow(s, "/v1/events", last);
  assert.equal((await events.next())?.event, "ready");
  const missed = [await events.next(), await events.next()];
  assert.deepEqual(missed.map((frame) => frame?.event).sort(), ["event", "run"]);
  assert.equal(missed.find((frame) => frame?.event === "event")?.data.event, "meanwhile");
  assert.equal(missed.find((frame) => frame?.event === "run")?.data.runId, runId);
});

Deno.test("only what the reader asked for is sent", async () => {
  await using s = await studio();
  await using events = await follow(s, "/v1/events?kinds=event,progress&app=paint");
  assert.equal((await events.next())?.event, "ready");
  await publishEvent(s.bus, "of_the_counter");
  const payload: AppEvent = { app: "paint", bridge: "ws-01", event: "dried", at: 1, data: {} };
  await publish(
    s.bus,
    subjects.event("paint", "ws-01", "dried"),
    envelope({ type: "event", payload, source: "paint.ws-01" }),
  );
  assert.equal((await events.next())?.data.event, "dried");
  assert.equal((await s.ask("/v1/events?kinds=gossip")).status, 400);
});

Deno.test("results and alerts are followed too, and those of another application are left out", async () => {
  await using s = await studio();
  await using events = await follow(s, "/v1/events?kinds=result,alert&app=counter");
  assert.equal((await events.next())?.event, "ready");
  const alert = (app: string) =>
    publish(
      s.bus,
      subjects.alert("error"),
      envelope({
        type: "error",
        payload: { severity: "error", code: "OUTCOME_UNKNOWN", message: app, remedy: "", at: 1, app },
        source: "conductor",
      }),
    );
  await alert("paint");
  await alert("counter");
  const first = await events.next();
  assert.deepEqual([first?.event, first?.data.app], ["alert", "counter"]);
  const response = await s.ask("/v1/commands", {
    method: "POST",
    json: { bridge: "counter.any", command: "increment" },
  });
  const { commandId } = await response.json();
  const second = await events.next();
  assert.deepEqual([second?.event, second?.data.commandId], ["result", commandId]);
});

Deno.test("a reader that is too slow is told how much it missed, and the rest reaches it", async () => {
  await using s = await studio({ queuedEvents: 5 });
  await using events = await follow(s, "/v1/events?kinds=event");
  assert.equal((await events.next())?.event, "ready");
  for (let i = 0; i < 50; i++) await publishEvent(s.bus, "tick", i);
  const seen: number[] = [];
  let dropped = 0;
  while (seen.at(-1) !== 49) {
    const frame = await events.next();
    if (frame?.event === "lagged") dropped += frame.data.dropped;
    else seen.push(frame?.data.data);
  }
  assert.ok(dropped > 0);
  assert.equal(seen.length + dropped, 50);
  assert.deepEqual(seen, seen.toSorted((a, b) => a - b));
});

Deno.test("a stream outlives a restart of the bus", async () => {
  await using s = await studio();
  await using events = await follow(s, "/v1/events?kinds=event");
  assert.equal((await events.next())?.event, "ready");
  await publishEvent(s.bus, "before");
  assert.equal((await events.next())?.data.event, "before");
  await s.nats.kill();
  await s.nats.restart();
  await publishEvent(s.bus, "after");
  assert.equal((await events.next())?.data.event, "after");
});
