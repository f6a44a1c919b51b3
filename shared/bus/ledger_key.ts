/** Where the ledger keeps a command, and by what it knows that two commands are the same. */
import { createHash } from "node:crypto";
import type { ANY_BRIDGE, AppName, BridgeId } from "@patchbay/contracts";
import { checkKey } from "./key.ts";

/** Where a command was sent to: a bridge, or `any` of its application. */
export interface SentTo {
  app: AppName;
  bridge: BridgeId | typeof ANY_BRIDGE;
}

const digest = (text: string) => createHash("sha256").update(text).digest("base64url");

/** `<app>.<bridge|any>.<digest of the idempotency key>` @throws {TypeError} for an address that is none */
export function ledgerKey({ app, bridge }: SentTo, idempotencyKey: string): string {
  return checkKey(`${app}.${bridge}.${digest(idempotencyKey)}`);
}

/** Of a command and its arguments as they were sent: the same whatever the order of their names. */
export function commandFingerprint({ command, args }: { command: string; args: unknown }): string {
  return digest(`${command} ${JSON.stringify(inOrder(args))}`);
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([name, item]) => [name, inOrder(item)]),
  );
}
