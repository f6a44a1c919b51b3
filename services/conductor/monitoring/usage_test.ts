import assert from "node:assert/strict";
import { newId, PatchbayError, type Result, toProblem } from "@patchbay/contracts";
import { Usage } from "./usage.ts";

const HOUR = 60 * 60_000;
const NOW = 1_000 * HOUR;

const of = (command: string, startedAt = NOW - 1_000, durationMs = 100) => ({
  commandId: newId(),
  app: "blender",
  bridge: "ws-01",
  command,
  startedAt,
  durationMs,
});
const done = (command: string, startedAt?: number, durationMs?: number): Result => ({
  ...of(command, startedAt, durationMs),
  ok: true,
  value: null,
});
const refused = (command: string): Result => ({
  ...of(command),
  ok: false,
  problem: toProblem(new PatchbayError("COMMAND_FAILED", "no")),
});

Deno.test("commands are counted with their durations and their errors, the most used first", () => {
  const usage = new Usage();
  for (const durationMs of [10, 20, 30]) usage.add(done("render", NOW - 1_000, durationMs), NOW);
  usage.add(refused("render"), NOW);
  usage.add(refused("move"), NOW);
  const [render, move] = usage.commands(NOW);
  assert.deepEqual([render?.command, render?.count, render?.failed, render?.errors], ["render", 4, 1, {
    COMMAND_FAILED: 1,
  }]);
  assert.deepEqual([render?.durationMs?.mean, render?.durationMs?.max], [20, 30]);
  assert.deepEqual([move?.command, move?.failed, move?.durationMs], ["move", 1, undefined]);
  assert.deepEqual(usage.commands(NOW, "ableton"), []);
});

Deno.test("what is older than a day is forgotten", () => {
  const usage = new Usage();
  usage.add(done("old", NOW - 30 * HOUR), NOW);
  usage.add(done("early", NOW - 20 * HOUR), NOW);
  assert.deepEqual(usage.commands(NOW).map(({ command }) => command), ["early"]);
  assert.deepEqual(usage.commands(NOW + 10 * HOUR), []);
});

Deno.test("made-up commands fill the room for a day, not for ever", () => {
  const usage = new Usage();
  const day = 24 * 60 * 60_000;
  const made = (command: string, startedAt: number) => ({ ...done(command), startedAt });
  for (let i = 0; i < 5_000; i++) usage.add(made(`made_up_${i}`, 1), 1);
  usage.add(made("real", 2), 2);
  assert.equal(usage.commands(2).some(({ command }) => command === "real"), false);
  const later = 2 * day;
  usage.add(made("real", later), later);
  assert.deepEqual(usage.commands(later).map(({ command }) => command), ["real"]);
});
