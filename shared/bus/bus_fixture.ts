/** What this folder's tests wait for and look at. */
import assert from "node:assert/strict";
import { type ErrorCode, PatchbayError } from "@patchbay/contracts";
import type { Bus } from "./bus.ts";

/** For `assert.rejects`: an error of ours with this code. */
export const withCode = (expected: ErrorCode) => (error: unknown): true => {
  assert.ok(error instanceof PatchbayError, String(error));
  assert.equal(error.code, expected, error.message);
  return true;
};

/** Resolves with the error that a promise is rejected with. */
export async function rejection(work: Promise<unknown>): Promise<PatchbayError> {
  const error = await work.then(() => assert.fail("it did not fail"), (error: unknown) => error);
  assert.ok(error instanceof PatchbayError, String(error));
  return error;
}

/** Waits until the bus notices that it is connected, or that it is not. */
export async function untilConnected(bus: Bus, connected = true): Promise<void> {
  if (bus.connected === connected) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  using _listening = bus.onStatus((status) => status.connected === connected && resolve());
  await promise;
}

/** Waits until something holds: looks again in short steps. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
