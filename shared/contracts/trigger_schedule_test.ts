import assert from "node:assert/strict";
import { dueBetween, MAX_COUNTED, nextDue, scheduleFault } from "./trigger_schedule.ts";

const time = (text: string) => Date.parse(text);
function nextOnes(cron: string, timezone: string, after: string, count: number): string[] {
  const found: string[] = [];
  let last: number | undefined = time(after);
  while (found.length < count && last !== undefined) {
    last = nextDue({ cron, timezone }, last);
    if (last !== undefined) found.push(new Date(last).toISOString().replace(":00.000Z", "Z"));
  }
  return found;
}

Deno.test("cron is due by the clock of its time zone, also where that has daylight saving", () => {
  assert.deepEqual(nextOnes("0 9 * * 1-5", "America/New_York", "2026-03-06T15:00Z", 2), [
    "2026-03-09T13:00Z",
    "2026-03-10T13:00Z",
  ]);
  assert.deepEqual(nextOnes("0 9 * * *", "Asia/Kathmandu", "2026-01-01T00:00Z", 1), ["2026-01-01T03:15Z"]);
});

Deno.test("a time that the clocks leave out is due right after the gap", () => {
  assert.deepEqual(nextOnes("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", 2), [
    "2026-03-29T01:00Z",
    "2026-03-30T00:30Z",
  ]);
});

Deno.test("a time that comes twice is due once, and each hour of both is due", () => {
  assert.deepEqual(nextOnes("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", 2), [
    "2026-10-25T00:30Z",
    "2026-10-26T01:30Z",
  ]);
  assert.deepEqual(nextOnes("0 * * * *", "Europe/Berlin", "2026-10-24T23:30Z", 3), [
    "2026-10-25T00:00Z",
    "2026-10-25T01:00Z",
    "2026-10-25T02:00Z",
  ]);
});

Deno.test("a time that has come is not due again", () => {
  const schedule = { cron: "*/10 * * * * *", timezone: "UTC" };
  const due = time("2026-01-01T00:00:10Z");
  assert.equal(nextDue(schedule, due - 1), due);
  assert.equal(nextDue(schedule, due), due + 10_000);
  assert.equal(nextDue(schedule, due + 500), due + 10_000);
  assert.equal(nextDue({ at: due }, due - 1), due);
  assert.equal(nextDue({ at: due }, due), undefined);
});

Deno.test("of the times that have passed, the last one is known, and how many there were before", () => {
  const schedule = { cron: "*/10 * * * * *", timezone: "UTC" };
  const from = time("2026-01-01T00:00:00Z");
  assert.equal(dueBetween(schedule, from, from + 9_999), undefined);
  assert.deepEqual(dueBetween(schedule, from, from + 10_000), { first: from + 10_000, last: from + 10_000, before: 0 });
  assert.deepEqual(dueBetween(schedule, from, from + 35_000), { first: from + 10_000, last: from + 30_000, before: 2 });
  const week = from + 7 * 24 * 3_600_000;
  assert.deepEqual(dueBetween(schedule, from, week + 5_000), {
    first: from + 10_000,
    last: week,
    before: MAX_COUNTED,
  });
  assert.deepEqual(dueBetween({ at: from }, from - 1, week), { first: from, last: from, before: 0 });
});

Deno.test("a schedule that cannot be followed says why", () => {
  const fault = (cron: string, timezone = "UTC") => scheduleFault({ cron, timezone });
  assert.equal(fault("0 9 * * 1-5"), undefined);
  assert.equal(fault("*/5 0 9 * * 1-5"), undefined);
  assert.equal(fault("0 9 * * *", "Mars/Phobos")?.field, "timezone");
  assert.match(fault("61 * * * *")?.message ?? "", /minute/);
  assert.match(fault("* * * * * * *")?.message ?? "", /cannot be read/);
  assert.deepEqual(fault("0 0 30 2 *"), { field: "cron", message: "is never due" });
});
