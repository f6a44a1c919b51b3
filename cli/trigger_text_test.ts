import assert from "node:assert/strict";
import { newId, Trigger, type TriggerRecord } from "@patchbay/contracts";
import { describeFiring, describeTrigger } from "./trigger_text.ts";

const record = (more: object, facts: Partial<TriggerRecord> = {}): TriggerRecord => ({
  trigger: Trigger.parse({
    id: "flash",
    when: { app: "drums", event: "struck" },
    then: { app: "lamp", command: "flash" },
    ...more,
  }),
  revision: 1,
  ...facts,
});

Deno.test("a trigger is one line: where it stands, when it fires, what it runs", () => {
  assert.equal(describeTrigger(record({})), "flash                 active     struck of drums.any → lamp.any flash");
  const nightly = record(
    { when: { cron: "0 3 * * *", timezone: "Europe/Berlin" }, then: { plan: "01893c5e-0000-7000-8000-000000000000" } },
    { nextAt: Date.parse("2026-01-02T02:00:00Z") },
  );
  assert.equal(
    describeTrigger(nightly),
    "flash                 active     '0 3 * * *' Europe/Berlin → plan 01893c5e-0000-7000-8000-000000000000, next 2026-01-02 02:00:00Z",
  );
  assert.match(describeTrigger(record({ paused: true })), /^flash +paused /);
  assert.match(describeTrigger(record({}, { suspended: "it fired too often" })), /^flash +suspended /);
  assert.match(
    describeTrigger(record({ when: { app: "drums", event: "struck", where: [{ path: "/force", lessThan: 1 }] } })),
    /struck of drums\.any \(1 filter\)/,
  );
});

Deno.test("a firing is one line, and nothing in it reaches the terminal as a command", () => {
  const firing = { id: newId(), triggerId: "flash", at: Date.parse("2026-01-02T02:00:00.123Z") };
  assert.equal(
    describeFiring({ ...firing, outcome: "awaiting_approval", reason: "struck of drums.ws-01" }),
    "2026-01-02 02:00:00Z  awaiting approval  struck of drums.ws-01",
  );
  assert.ok(!describeFiring({ ...firing, outcome: "failed", reason: "\u001b[2J" }).includes("\u001b"));
});
