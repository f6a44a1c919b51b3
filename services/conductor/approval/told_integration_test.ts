import assert from "node:assert/strict";
import { readStream } from "@patchbay/bus";
import { Alert, subjects } from "@patchbay/contracts";
import { ask, kim, planOf, save, startDesk } from "./test_desk.ts";

Deno.test("a run that waits is told as an alert, with the command that approves it", async () => {
  await using desk = await startDesk();
  const { bus } = desk;
  const { planId } = await save(bus, planOf(["burn"]));
  const signal = AbortSignal.timeout(20_000);
  const told = { subject: subjects.alert("info"), payload: Alert, from: "start", follow: true } as const;
  const { runId } = await ask(bus, "run_plan", { planId, by: kim });
  for await (
    const { message: { payload: { code, remedy, context } } } of readStream(bus, "ALERTS", { ...told, signal })
  ) {
    assert.deepEqual([code, context], ["APPROVAL_REQUIRED", { planId, runId }]);
    assert.match(remedy, new RegExp(`patchbay approve ${planId}`));
    return;
  }
  assert.fail("nobody was told");
});
