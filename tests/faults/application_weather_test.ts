/** An application that crashes, hangs, shows a dialog, answers twice, late, out of order or never: seen through its bridge. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { appLinkAdapter, startBridge } from "@patchbay/bridge-kit";
import { migrate, PresenceMirror, readStream } from "@patchbay/bus";
import { PatchbayError, Result, subjects, WILDCARD } from "@patchbay/contracts";
import {
  checkHistory,
  type FaultRuleInput,
  Faults,
  faultyApplication,
  type HistorySummary,
  startHistory,
  startTestNats,
} from "@patchbay/testing";
import { callLater, callNow } from "./weather/calls.ts";
import { tally } from "./weather/tally.ts";
import { queueIsEmpty, until } from "./weather/world.ts";

const SEED = 20;
const COMMANDS = 30;
/** How long a dialog stays open, in milliseconds. */
const PERSON_MS = 50;

const WEATHER: Record<string, { rules: FaultRuleInput[]; minSuccesses: number; unknown: boolean }> = {
  "crashes before and after its side effects": {
    rules: [
      { fault: "crash", at: "before", probability: 0.2, times: 3 },
      { fault: "crash", at: "after", probability: 0.2, times: 3 },
    ],
    minSuccesses: 20,
    unknown: true,
  },
  "hangs for a while": { rules: [{ fault: "hang", probability: 0.2 }], minSuccesses: COMMANDS, unknown: false },
  "shows modal dialogs": { rules: [{ fault: "dialog", probability: 0.2 }], minSuccesses: COMMANDS, unknown: false },
  "never answers some commands": {
    rules: [{ fault: "never_reply", on: "add", probability: 0.2, times: 3 }],
    minSuccesses: COMMANDS - 10,
    unknown: true,
  },
  "answers twice, late and out of order, in pieces": {
    rules: [
      { fault: "reply_twice", probability: 0.4 },
      { fault: "reorder", kind: "reply", probability: 0.2, ms: 20 },
      { fault: "split", maxBytes: 60, probability: 0.3 },
      { fault: "coalesce", ms: 3, probability: 0.3 },
      { fault: "delay", ms: 2, jitterMs: 10, probability: 0.2 },
    ],
    minSuccesses: COMMANDS,
    unknown: false,
  },
  "is cut off within frames": {
    rules: [{ fault: "reset", afterBytes: 700, direction: "up", times: 3 }],
    minSuccesses: 20,
    unknown: true,
  },
};

for (const [what, { rules, minSuccesses, unknown }] of Object.entries(WEATHER)) {
  Deno.test(`an application ${what}: each command ends once, with at most one effect`, async () => {
    const summary = await through(rules, minSuccesses);
    if (!unknown) assert.equal(summary.unknown, 0);
    assert.ok(summary.effects <= COMMANDS);
  });
}

/** Commands and jobs, in turn, to one application in this weather. */
async function through(rules: FaultRuleInput[], minSuccesses: number): Promise<HistorySummary> {
  await using stack = new AsyncDisposableStack();
  const faults = stack.use(new Faults({ seed: SEED, rules }));
  const history = startHistory(SEED, faults);
  const folder = stack.adopt(await Deno.makeTempDir(), (path) => Deno.remove(path, { recursive: true }));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("a test");
  await migrate(bus, { storage: "memory" });
  const here = stack.use(await PresenceMirror.follow(bus));
  const linksDir = join(folder, "links");
  const bridge = stack.use(
    await startBridge({
      bus,
      manifest: tally,
      adapter: appLinkAdapter({ manifest: tally, linksDir }),
      bridge: "ws-01",
      simulated: true,
      allowCode: false,
      workDir: join(folder, "work"),
      backoff: { minMs: 1, maxMs: 5 },
      stuckMs: 200,
      ackWaitMs: 1_000,
    }),
  );
  const application = stack.use(faultyApplication({ faults }));
  stack.use(person(application));
  let count = 0;
  stack.use(artist((signal) =>
    application.dial({
      app: "tally",
      bridge: "ws-01",
      appVersion: "1.0",
      linksDir,
      signal,
      snapshot: () => ({ count }),
      execute({ id, command }) {
        const value = command === "set" ? { to: 1 } : { count: ++count };
        history.effect(id, value);
        return value;
      },
    })
  ));
  await bridge.ready();
  const from = { name: "a test", bus, here };
  for (let n = 0; n < COMMANDS; n++) {
    const call = { to: "ws-01", command: "add", timeoutMs: 1_000 } as const;
    if (n % 3 === 0) await callLater(history, from, call);
    else await callNow(history, from, call);
    await bridge.ready();
  }
  await until("the queue is empty", () => queueIsEmpty(bus));
  await bridge[Symbol.asyncDispose]();
  const subject = subjects.result("tally", WILDCARD, WILDCARD);
  const all = { subject, payload: Result, from: "start", follow: false } as const;
  for await (const { message } of readStream(bus, "RESULTS", all)) history.result(message.payload, "stream");
  assert.ok(faults.history.length > 0, "the weather was fair");
  return checkHistory(history, { minSuccesses });
}

/** Answers whatever dialog is open, after a while. */
function person(application: { readonly blocked: boolean; dismiss(): void }): Disposable {
  const looking = setInterval(() => application.blocked && application.dismiss(), PERSON_MS);
  return { [Symbol.dispose]: () => clearInterval(looking) };
}

/** Starts the application again whenever it is gone. */
function artist(dial: (signal: AbortSignal) => Promise<{ closed: Promise<unknown> }>): AsyncDisposable {
  const stop = new AbortController();
  const running = (async () => {
    while (!stop.signal.aborted) {
      try {
        await (await dial(stop.signal)).closed;
      } catch (error) {
        if (!(error instanceof PatchbayError)) throw error;
      }
      if (!stop.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
