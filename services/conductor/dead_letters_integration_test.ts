import assert from "node:assert/strict";
import {
  type Bus,
  commandFingerprint,
  enqueueJob,
  findJob,
  jobAt,
  migrate,
  openLedger,
  publish,
  readStream,
} from "@patchbay/bus";
import { Alert, type Command, envelope, type EnvelopeOf, newId, Result, subjects, WILDCARD } from "@patchbay/contracts";
import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { startTestNats } from "@patchbay/testing";
import { startConductor } from "./mod.ts";

const address = { app: "counter", bridge: "ws-01" } as const;
const us = { bridge: "ws-01", instance: newId(), fencing: 1 };
const QUICK = { leaseTtlMs: 1_000 };

interface Studio extends AsyncDisposable {
  bus: Bus;
  job(): Promise<EnvelopeOf<Command>>;
  /** Delivers everything once, as often as it may be, and lets the time of each run out. */
  exhaust(count: number): Promise<void>;
}

/** JOBS with a consumer that delivers each job once only. */
async function studio(): Promise<Studio> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus);
  const manager = await jetstreamManager(bus.nc);
  await manager.consumers.add("JOBS", {
    durable_name: "counter=ws-01",
    filter_subject: subjects.job("counter", "ws-01", WILDCARD),
    ack_policy: AckPolicy.Explicit,
    ack_wait: 50_000_000,
    max_deliver: 1,
  });
  const consumer = await jetstream(bus.nc).consumers.get("JOBS", "counter=ws-01");
  const parts = stack.move();
  return {
    bus,
    async job() {
      const payload = { command: "add", args: { by: 1 }, priority: "normal" as const };
      const message = envelope({ type: "command", payload, source: "test", target: "counter.ws-01" });
      await enqueueJob(bus, { ...address, priority: "normal" }, message);
      return message;
    },
    async exhaust(count) {
      const before = await deadLetters(bus);
      for (let i = 0; i < count; i++) assert.ok(await consumer.next());
      // the server notices it when it is asked for more
      while (await deadLetters(bus) < before + count) await consumer.next({ expires: 1_000 });
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function deadLetters(bus: Bus): Promise<number> {
  return (await (await jetstreamManager(bus.nc)).streams.info("DEAD_LETTERS")).state.last_seq;
}

async function dealtWith(bus: Bus): Promise<void> {
  const manager = await jetstreamManager(bus.nc);
  const signal = AbortSignal.timeout(15_000);
  while ((await manager.streams.info("DEAD_LETTERS")).state.messages > 0) signal.throwIfAborted();
}

async function results(bus: Bus): Promise<Result[]> {
  const all = { subject: subjects.result(WILDCARD, WILDCARD, WILDCARD), payload: Result, from: "start" } as const;
  return (await Array.fromAsync(readStream(bus, "RESULTS", { ...all, follow: false }))).map((item) =>
    item.message.payload
  );
}

async function alerts(bus: Bus): Promise<Alert[]> {
  const all = { subject: subjects.alert(WILDCARD), payload: Alert, from: "start", follow: false } as const;
  return (await Array.fromAsync(readStream(bus, "ALERTS", all))).map((item) => item.message.payload);
}

const facts = ({ id, payload }: EnvelopeOf<Command>) => ({
  commandId: id,
  command: payload.command,
  fingerprint: commandFingerprint(payload),
});

Deno.test("a job that was begun and never ended gets an unknown outcome, and a person is told; once, whoever deals with it", async () => {
  await using s = await studio();
  const { bus } = s;
  const message = await s.job();
  await openLedger(bus).begin(address, message.id, { ...facts(message), ...us });
  // no conductor was there when it happened
  await s.exhaust(1);
  await using _one = await startConductor({ bus, ...QUICK });
  await using _other = await startConductor({ bus, ...QUICK });
  await dealtWith(bus);
  const [result, ...more] = await results(bus);
  assert.ok(result && !result.ok);
  assert.deepEqual([result.commandId, result.problem.code, more.length], [message.id, "OUTCOME_UNKNOWN", 0]);
  const told = await alerts(bus);
  assert.deepEqual(
    told.map(({ severity, code, app, bridge, commandId }) => ({ severity, code, app, bridge, commandId })),
    [
      { severity: "error", code: "OUTCOME_UNKNOWN", app: "counter", bridge: "ws-01", commandId: message.id },
    ],
  );
  assert.equal(await findJob(bus, message.id), undefined);
  const entry = await openLedger(bus).find(address, message.id);
  assert.equal(entry?.entry.status, "completed");
});

Deno.test("a job that no bridge began is ended too, so that none begins it later", async () => {
  await using s = await studio();
  const { bus } = s;
  await using _conductor = await startConductor({ bus, ...QUICK });
  const message = await s.job();
  await s.exhaust(1);
  await dealtWith(bus);
  const [result] = await results(bus);
  assert.ok(result && !result.ok);
  assert.deepEqual([result.problem.code, result.problem.context?.["started"]], ["BRIDGE_OFFLINE", false]);
  const begun = await openLedger(bus).begin(address, message.id, { ...facts(message), ...us });
  assert.equal(begun.begun, false);
});

Deno.test("a job that has ended, and whose bridge died before it could say so, keeps its result; nobody is alarmed", async () => {
  await using s = await studio();
  const { bus } = s;
  const message = await s.job();
  const entry = await openLedger(bus).begin(address, message.id, { ...facts(message), ...us });
  assert.ok(entry.begun);
  const made = { commandId: message.id, app: "counter", bridge: "ws-01", command: "add", startedAt: 1, durationMs: 1 };
  const result: Result = { ...made, ok: true, value: 1 };
  assert.equal(await openLedger(bus).settle(entry, result), undefined);
  await s.exhaust(1);
  await using _conductor = await startConductor({ bus, ...QUICK });
  await dealtWith(bus);
  assert.deepEqual(await results(bus), [result]);
  assert.deepEqual(await alerts(bus), []);
  assert.equal(await findJob(bus, message.id), undefined);
});

Deno.test("a conductor that died in the middle left nothing that is done twice", async () => {
  await using s = await studio();
  const { bus } = s;
  const message = await s.job();
  await openLedger(bus).begin(address, message.id, { ...facts(message), ...us });
  await s.exhaust(1);
  const advisory = await letter(bus);
  {
    await using _conductor = await startConductor({ bus, ...QUICK });
    await dealtWith(bus);
  }
  // the job and its letter were all that was left to take out
  await (await jetstreamManager(bus.nc)).consumers.delete("JOBS", "counter=ws-01");
  const { seq } = await jetstream(bus.nc).publish(subjects.job("counter", "ws-01", "normal"), JSON.stringify(message));
  assert.ok(await jobAt(bus, seq));
  bus.nc.publish(advisory.subject, JSON.stringify({ ...advisory.value, stream_seq: seq }));
  await bus.nc.flush();
  await using _next = await startConductor({ bus, ...QUICK });
  await dealtWith(bus);
  assert.equal((await results(bus)).length, 1);
  assert.equal(await jobAt(bus, seq), undefined);
});

async function letter(bus: Bus): Promise<{ subject: string; value: object }> {
  const manager = await jetstreamManager(bus.nc);
  const found = await manager.direct.getMessage("DEAD_LETTERS", { seq: 1 });
  return { subject: found?.subject ?? "", value: found?.json() ?? {} };
}

Deno.test("what cannot be read is taken out of the queue, and a person is told", async () => {
  await using s = await studio();
  const { bus } = s;
  await using _conductor = await startConductor({ bus, ...QUICK });
  bus.nc.publish(subjects.job("counter", "ws-01", "normal"), "{");
  await bus.nc.flush();
  await s.exhaust(1);
  await dealtWith(bus);
  assert.deepEqual((await alerts(bus)).map(({ code, app }) => [code, app]), [["INVALID_MESSAGE", "counter"]]);
  assert.equal(await jobAt(bus, 1), undefined);
});

Deno.test("a job that a bridge handed back for good is told about once, by the bridge or else by the conductor", async () => {
  await using s = await studio();
  const { bus } = s;
  const consumer = await jetstream(bus.nc).consumers.get("JOBS", "counter=ws-01");
  for (const [seq, said] of [[1, true], [2, false]] as const) {
    await s.job();
    if (said) {
      const payload = {
        severity: "error",
        code: "OUTCOME_UNKNOWN",
        message: "lost",
        remedy: "",
        at: 1,
        context: { seq },
      };
      await publish(bus, subjects.alert("error"), envelope({ type: "error", payload, source: "counter.ws-01" }));
    }
    (await consumer.next())?.term(said ? "lost" : "cannot be read");
  }
  await using _conductor = await startConductor({ bus, ...QUICK });
  while (await deadLetters(bus) < 2) await bus.nc.flush();
  await dealtWith(bus);
  assert.deepEqual((await alerts(bus)).map(({ code, context }) => [code, context?.["seq"]]), [
    ["OUTCOME_UNKNOWN", 1],
    ["INVALID_MESSAGE", 2],
  ]);
});
