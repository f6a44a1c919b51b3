import assert from "node:assert/strict";
import type { Step } from "@patchbay/contracts";
import type { Bus } from "@patchbay/bus";
import { StepValues } from "./step_values.ts";

const step = (id: string, text?: string): Step => ({
  id,
  app: "counter",
  command: "add",
  args: text === undefined ? {} : { by: { $ref: text } },
  dependsOn: [],
  onError: "stop",
});
// nothing here is in the object store
const nowhere = {} as Bus;
const { signal } = new AbortController();

Deno.test("a value is kept until the last step that refers to it has ended, and what nobody refers to is not kept", async () => {
  const [a, b, c, d] = [step("a"), step("b", "a.result.n"), step("c", "a.result"), step("d")];
  const values = new StepValues(nowhere, [a, b, c, d], signal);
  values.keep("a", { n: 1 });
  values.keep("d", { n: 2 });
  assert.deepEqual(await values.bind(b), { by: 1 });
  assert.deepEqual([...(await values.resultsFor(c)).keys()], ["a"]);
  values.release(b);
  assert.deepEqual(await values.bind(c), { by: { n: 1 } });
  assert.equal(values.size, 1);
  values.release(c);
  assert.equal(values.size, 0);
});

Deno.test("what a bridge's own command takes is data, whatever it looks like", async () => {
  const undo = { ...step("u", "a.result.n"), command: "_undo" };
  const values = new StepValues(nowhere, [undo], signal);
  assert.deepEqual(await values.bind(undo), { by: { $ref: "a.result.n" } });
});
