import assert from "node:assert/strict";
import { type ErrorCode, ErrorThresholds, type Severity } from "@patchbay/contracts";
import { ErrorMonitor } from "./error_monitor.ts";

const thresholds = ErrorThresholds.parse({});
const seen = (at: number, code: ErrorCode = "APP_UNRESPONSIVE", severity: Severity = "error", bridge = "ws-01") => ({
  app: "blender",
  bridge,
  code,
  severity,
  at,
});

Deno.test("the fifth error within a minute trips, and names what came most often", () => {
  const monitor = new ErrorMonitor();
  const codes: ErrorCode[] = ["APP_UNRESPONSIVE", "APP_CRASHED", "APP_UNRESPONSIVE", "INVALID_RESULT"];
  for (const [i, code] of codes.entries()) assert.equal(monitor.add(seen(i * 1_000, code), thresholds), undefined);
  assert.deepEqual(monitor.add(seen(5_000), thresholds), {
    app: "blender",
    bridge: "ws-01",
    severity: "error",
    count: 5,
    windowMs: 60_000,
    codes: [
      { code: "APP_UNRESPONSIVE", count: 3 },
      { code: "APP_CRASHED", count: 1 },
      { code: "INVALID_RESULT", count: 1 },
    ],
  });
});

Deno.test("one critical error is enough, ten warnings are needed", () => {
  const monitor = new ErrorMonitor();
  assert.equal(monitor.add(seen(0, "STORAGE_FULL", "critical"), thresholds)?.severity, "critical");
  for (let i = 1; i < 10; i++) assert.equal(monitor.add(seen(i, "COMMAND_FAILED", "warning"), thresholds), undefined);
  assert.equal(monitor.add(seen(10, "COMMAND_FAILED", "warning"), thresholds)?.count, 10);
});

Deno.test("errors that are far apart, of two bridges, or only told do not add up", () => {
  const monitor = new ErrorMonitor();
  for (let i = 0; i < 20; i++) {
    assert.equal(monitor.add(seen(i * 20_000), thresholds), undefined);
    assert.equal(monitor.add(seen(i * 20_000, "CANCELLED", "info"), thresholds), undefined);
    assert.equal(monitor.add(seen(i * 20_000, "APP_CRASHED", "error", `ws-${i}`), thresholds), undefined);
  }
});

Deno.test("a bridge that goes on failing is told of once a window", () => {
  const monitor = new ErrorMonitor();
  const trips = Array.from({ length: 300 }, (_, i) => monitor.add(seen(i * 1_000), thresholds)).filter(Boolean);
  assert.equal(trips.length, 5);
});

Deno.test("of more bridges than a studio has, those are forgotten that were silent longest", () => {
  const monitor = new ErrorMonitor();
  const one = { ...thresholds, error: 2 };
  for (let i = 0; i < 5_001; i++) assert.equal(monitor.add(seen(1, "INTERNAL", "error", `b${i}`), one), undefined);
  assert.equal(monitor.add(seen(2, "INTERNAL", "error", "b5000"), one)?.count, 2);
  assert.equal(monitor.add(seen(2, "INTERNAL", "error", "b0"), one), undefined);
});
