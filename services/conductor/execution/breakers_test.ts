import assert from "node:assert/strict";
import type { ErrorCode } from "@patchbay/contracts";
import { type Breaker, Breakers } from "./breakers.ts";

const PAUSE_MS = 50;
const made = (code?: ErrorCode) => () => Promise.resolve({ code });
const { signal } = new AbortController();

function openedBreaker(): Promise<Breaker> {
  const breaker = new Breakers({ failures: 2, pauseMs: PAUSE_MS }).of("counter", "ws-01");
  return breaker.attempt(made("APP_CRASHED")).then(() => breaker.attempt(made("APP_UNRESPONSIVE"))).then(() => breaker);
}

Deno.test("a bridge has one breaker, whoever asks for it", () => {
  const breakers = new Breakers();
  assert.equal(breakers.of("counter", "ws-01"), breakers.of("counter", "ws-01"));
  assert.notEqual(breakers.of("counter", "ws-01"), breakers.of("counter", "ws-02"));
});

Deno.test("failures in a row that speak of the bridge open it; those that speak of the request do not", async () => {
  const breaker = new Breakers({ failures: 2, pauseMs: PAUSE_MS }).of("counter", "ws-01");
  for (const code of ["APP_CRASHED", undefined, "APP_CRASHED", "COMMAND_FAILED", "INVALID_ARGUMENTS"] as const) {
    assert.notEqual(await breaker.attempt(made(code)), undefined);
  }
  assert.equal(breaker.closedFor, 0);
  const opened = await openedBreaker();
  assert.ok(opened.closedFor > 0);
  assert.equal(opened.because, "APP_UNRESPONSIVE");
  assert.equal(await opened.attempt(() => assert.fail("nothing is sent")), undefined);
});

Deno.test("after its pause one attempt tries whether it works again, and decides for all that wait", async () => {
  const breaker = await openedBreaker();
  while (breaker.closedFor > 0) await breaker.changed(PAUSE_MS, signal);
  const { promise, resolve } = Promise.withResolvers<{ code: undefined }>();
  const trying = breaker.attempt(() => promise);
  assert.equal(await breaker.attempt(() => assert.fail("one is enough")), undefined);
  const told = breaker.changed(60_000, signal);
  resolve({ code: undefined });
  await Promise.all([trying, told]);
  assert.equal(breaker.closedFor, 0);
  assert.notEqual(await breaker.attempt(made()), undefined);
});

Deno.test("an attempt that fails after the pause opens it again; who waits can be told to stop", async () => {
  const breaker = await openedBreaker();
  while (breaker.closedFor > 0) await breaker.changed(PAUSE_MS, signal);
  await breaker.attempt(made("APP_CRASHED"));
  assert.ok(breaker.closedFor > 0);
  await assert.rejects(breaker.changed(60_000, AbortSignal.abort(new Error("enough"))), /enough/);
});

Deno.test("bridges that a stranger makes up are forgotten, and those that fail are not", async () => {
  const breakers = new Breakers({ failures: 1, pauseMs: 60_000 });
  const failing = breakers.of("counter", "ws-01");
  await failing.attempt(made("APP_CRASHED"));
  for (let i = 0; i < 6_000; i++) breakers.of("counter", `made-up-${i}`);
  assert.equal(breakers.size, 5_000);
  assert.equal(breakers.of("counter", "ws-01"), failing);
});
