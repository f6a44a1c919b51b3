import assert from "node:assert/strict";
import { AssertionError } from "node:assert/strict";
import { type ErrorCode, type Id, newId, PatchbayError, type Result, toProblem } from "@patchbay/contracts";
import { checkHistory, findOffences } from "./check_history.ts";
import { Faults } from "./faults/faults.ts";
import { type History, type Invocation, startHistory } from "./history.ts";

const facts = (commandId: Id) => ({
  commandId,
  app: "counter",
  bridge: "ws-01",
  command: "add",
  startedAt: 1,
  durationMs: 1,
});
const succeeded = (commandId: Id, value: unknown = { count: 1 }) =>
  ({ ...facts(commandId), ok: true, value }) as Result;
const failed = (commandId: Id, code: ErrorCode, context: Record<string, unknown> = {}): Result => ({
  ...facts(commandId),
  ok: false,
  problem: toProblem(PatchbayError.of(code, "it failed", { context })),
});

function invoke(history: History, invocation: Partial<Invocation> = {}): Id {
  const commandId = newId();
  history.invoked({ commandId, command: "add", ...invocation });
  return commandId;
}

/** The promises that this story breaks. */
function broken(tell: (history: History) => void, minSuccesses = 0): string[] {
  const history = startHistory(1);
  tell(history);
  return findOffences(history, { minSuccesses }).map(({ promise }) => promise);
}

Deno.test("a story in which everything is well passes, and is summed up", () => {
  const history = startHistory(1);
  const [one, two, three] = [invoke(history), invoke(history, { key: "k", job: true }), invoke(history, { key: "k" })];
  history.effect(one);
  history.result(succeeded(one), "stream");
  history.result(succeeded(one));
  history.effect(two);
  history.result(succeeded(two), "stream");
  history.acked(two);
  history.result(succeeded(three));
  history.event("e1", "clicked");
  assert.deepEqual(checkHistory(history, { minSuccesses: 3 }), {
    invocations: 3,
    successes: 3,
    effects: 2,
    unknown: 0,
    disturbances: 0,
  });
});

Deno.test("a system that does nothing keeps its promises, but for the least number of successes", () => {
  const refuse = (history: History) => history.result(failed(invoke(history), "BRIDGE_OFFLINE"));
  assert.deepEqual(broken(refuse), []);
  assert.deepEqual(broken(refuse, 1), ["at least 1 successes; there were 0"]);
});

for (
  const [promise, tell] of [
    ["an accepted command reaches a terminal state", (history) => history.accepted(invoke(history))],
    ["an accepted command reaches a terminal state", (history) => void invoke(history, { job: true })],
    ["an accepted command reaches a terminal state", (history) => history.effect(invoke(history))],
    ["a command has one terminal state, stored once", (history) => {
      const id = invoke(history);
      history.effect(id);
      for (let i = 0; i < 2; i++) history.result(succeeded(id), "stream");
    }],
    ["everyone is told the same terminal state", (history) => {
      const id = invoke(history, { idempotent: true });
      history.effect(id);
      history.result(succeeded(id), "stream");
      history.result(failed(id, "DEADLINE_EXCEEDED"));
    }],
    ["at most one side effect for an idempotency key", (history) => {
      const [one, two] = [invoke(history, { key: "k" }), invoke(history, { key: "k" })];
      for (const id of [one, two]) {
        history.effect(id);
        history.result(succeeded(id));
      }
    }],
    ["no success is reported without its effect", (history) => history.result(succeeded(invoke(history)))],
    ["no success is reported without its effect", (history) => {
      const id = invoke(history);
      history.result(succeeded(id));
      history.effect(id);
    }],
    ["what happened is not reported as not begun", (history) => {
      const id = invoke(history);
      history.effect(id);
      history.result(failed(id, "APP_NOT_CONNECTED", { started: false }));
    }],
    ["OUTCOME_UNKNOWN only where the outcome could not be known", (history) => {
      history.disturbed("before it was asked");
      history.result(failed(invoke(history), "OUTCOME_UNKNOWN"));
    }],
    ["an idempotent command is begun again instead of OUTCOME_UNKNOWN", (history) => {
      const id = invoke(history, { idempotent: true });
      history.disturbed("the bridge was killed");
      history.result(failed(id, "OUTCOME_UNKNOWN"));
    }],
    ["all results under one key agree", (history) => {
      const [one, two] = [invoke(history, { key: "k" }), invoke(history, { key: "k" })];
      history.effect(one);
      history.result(succeeded(one, { count: 1 }));
      history.result(succeeded(two, { count: 2 }));
    }],
    ["a job is acknowledged after its result is stored", (history) => {
      const id = invoke(history, { job: true });
      history.effect(id);
      history.acked(id);
      history.result(succeeded(id), "stream");
    }],
    ["an event is reported once", (history) => {
      history.event("e1", "clicked");
      history.event("e1", "clicked");
    }],
    ["nothing happens that nobody asked for", (history) => history.effect(newId())],
  ] satisfies [string, (history: History) => void][]
) {
  Deno.test(`it notices a story that breaks the promise: ${promise}`, () => {
    assert.deepEqual(broken(tell), [promise]);
  });
}

Deno.test("reads need no effect, repeated effects are well where they are declared, a refusal decides nothing", () => {
  assert.deepEqual(
    broken((history) => {
      history.result(succeeded(invoke(history, { effect: false })));
      const again = { key: "i", idempotent: true };
      for (const id of [invoke(history, again), invoke(history, again)]) {
        history.effect(id);
        history.result(succeeded(id));
      }
      const [refused, done] = [invoke(history, { key: "r" }), invoke(history, { key: "r" })];
      history.result(failed(refused, "APP_NOT_CONNECTED", { started: false }));
      history.effect(done);
      history.result(succeeded(done));
    }),
    [],
  );
});

Deno.test("OUTCOME_UNKNOWN is well after a disturbance, also after one that the fault plan made", () => {
  using faults = new Faults({ seed: 6 });
  const history = startHistory(6, faults);
  const [one, two] = [invoke(history), invoke(history)];
  history.disturbed("the bridge was killed");
  history.result(failed(one, "OUTCOME_UNKNOWN"));
  faults.record("application", "crash", "after add");
  history.effect(two);
  history.result(failed(two, "OUTCOME_UNKNOWN"));
  const repeated = invoke(history, { key: one });
  history.result(failed(repeated, "OUTCOME_UNKNOWN"));
  assert.equal(checkHistory(history, { minSuccesses: 0 }).unknown, 3);
});

Deno.test("a failure prints the seed, the entries and the faults", () => {
  using faults = new Faults({ seed: 77 });
  faults.record("tcp 1 up", "reset", "after 3 bytes");
  const history = startHistory(77, faults);
  const id = invoke(history);
  history.result(succeeded(id));
  assert.throws(() => checkHistory(history, { minSuccesses: 1 }), (error) => {
    assert.ok(error instanceof AssertionError);
    assert.match(error.message, /1 promise\(s\) broken; seed 77/);
    assert.ok(error.message.includes(id));
    assert.match(error.message, /tcp 1 up: reset after 3 bytes/);
    return true;
  });
});
