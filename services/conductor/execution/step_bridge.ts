/** Who can have a step: found by presence, which is pushed, and waited for within the step's limit. */
import type { PresenceMirror } from "@patchbay/bus";
import { ANY_BRIDGE, type AppName, type BridgeId, PatchbayError, type Step } from "@patchbay/contracts";
import { setTimeout as wait } from "node:timers/promises";
import type { Place } from "./placement.ts";

/** How long a run waits for a bridge that is away, in milliseconds. */
export const WAIT_FOR_BRIDGE_MS = 60_000;

const CONNECTED: ReadonlySet<string> = new Set(["idle", "executing"]);

/** Whether a bridge is here, with its application. */
export const isConnected = (here: PresenceMirror, app: AppName, bridge: BridgeId): boolean =>
  CONNECTED.has(here.get(app, bridge)?.status ?? "");

/**
 * The least busy bridge of an application that accepts, once there is one; `undefined` after `timeoutMs`.
 * @throws the signal's reason
 */
export async function whenSomeoneIsHere(
  here: PresenceMirror,
  app: AppName,
  { accepts, timeoutMs, signal }: { accepts(bridge: BridgeId): boolean; timeoutMs: number; signal: AbortSignal },
): Promise<BridgeId | undefined> {
  let found: BridgeId | undefined;
  const look = () => (found = here.leastBusy(app, accepts)) !== undefined;
  await whenSeen(here, app, { look, timeoutMs, signal });
  return found;
}

/**
 * Resolves once `look` finds what it looks for among the bridges of an application, looking at each change; or after
 * `timeoutMs`.
 * @throws the signal's reason
 */
export async function whenSeen(
  here: PresenceMirror,
  app: AppName,
  { look, timeoutMs, signal }: { look(): boolean; timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted();
  if (look()) return;
  const seen = new AbortController();
  using _watching = here.watch(app, () => look() && seen.abort());
  const until = AbortSignal.any([signal, seen.signal]);
  await wait(Math.max(0, Math.min(timeoutMs, MAX_TIMER_MS)), undefined, { signal: until }).catch(() => {});
  signal.throwIfAborted();
}

const MAX_TIMER_MS = 2 ** 31 - 1;

/** Whoever was waited for has not come. */
export function nobodyCame({ app, command }: Step, bridge: Place, timeoutMs: number): PatchbayError {
  const who = bridge === ANY_BRIDGE ? `no bridge of '${app}' that has it` : `${app}.${bridge}`;
  const found = bridge === ANY_BRIDGE ? "is here" : "is not here";
  return PatchbayError.of("BRIDGE_OFFLINE", `Cannot run '${command}': ${who} ${found}, waited ${timeoutMs} ms`, {
    context: { started: false, app, bridge },
  });
}
