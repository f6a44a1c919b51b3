import assert from "node:assert/strict";
import { HEADERS } from "@patchbay/contracts";
import { withCode } from "./bus_fixture.ts";
import { DeadlineSignal, readDeadline } from "./deadline.ts";

Deno.test("a deadline is read from its header, and nothing else is taken for one", () => {
  const read = (text: string) => readDeadline(new Map([[HEADERS.deadline, text]]));
  assert.equal(read("1790000000000"), 1790000000000);
  assert.equal(readDeadline(new Map()), undefined);
  for (const text of ["", "soon", "-1", "1e9", "1.5", "9".repeat(17), " 1"]) assert.equal(read(text), undefined, text);
});

Deno.test("the signal fires at the deadline, or when it is told to, and never after it was disposed", async () => {
  using due = new DeadlineSignal(Date.now() + 1);
  await new Promise((resolve) => due.signal.addEventListener("abort", resolve, { once: true }));
  assert.ok(withCode("DEADLINE_EXCEEDED")(due.signal.reason));
  using told = new DeadlineSignal(undefined);
  told.abort(new RangeError());
  assert.ok(told.signal.reason instanceof RangeError);
  // the test would leak a timer if disposing did not stop it, or if one were started for a deadline in a hundred years
  const disposed = new DeadlineSignal(Date.now() + 60_000);
  disposed.signal.throwIfAborted();
  disposed[Symbol.dispose]();
  using unused = new DeadlineSignal(Date.now() + 60_000);
  unused[Symbol.dispose]();
  assert.equal(unused.signal.aborted, false);
  using far = new DeadlineSignal(Date.now() + 100 * 365 * 24 * 3600 * 1000);
  far.signal.throwIfAborted();
});
