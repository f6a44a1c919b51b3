/** Plays what a plan made, with the links between the applications live, and tells how they do. */
import { pause } from "@patchbay/bridge-kit";
import type { Client } from "@patchbay/client";
import type { LinkRecord } from "@patchbay/contracts";
import type { Performance, SentCommand } from "@patchbay/examples";
import { describeArgument } from "../plan_text.ts";

export interface PerformOptions {
  say: (line: string) => void;
  /** Ends it early. */
  signal: AbortSignal;
}

/** Between two lines about a link, in milliseconds. */
const TELL_MS = 1_500;

/** Leaves the links in place: who plays on, drives on. */
export async function perform(client: Client, given: Performance, { say, signal }: PerformOptions): Promise<void> {
  const { links, start, durationMs, stop } = given;
  say("\nPerformance: the links are live, and Live plays");
  for (const link of links) await client.links.put(link, { signal });
  await send(client, start);
  try {
    const until = performance.now() + durationMs;
    for (let left = durationMs; left > 0 && !signal.aborted; left = until - performance.now()) {
      await pause(Math.min(TELL_MS, left), signal);
      for (const { id } of links) say(`  ~ ${describeLink(await client.links.get(id))}`);
    }
  } finally {
    await send(client, stop);
  }
  for (const { id } of links) say(`Link ${describeLink(await client.links.get(id))}`);
}

async function send(client: Client, commands: readonly SentCommand[]): Promise<void> {
  for (const { address, command, args } of commands) await client.command(address, command, args);
}

/** `meter-to-column: live, 41 values came, 38 applied, 3 left out, 0 failed; last [1, 1, 1]; 2 ms, at most 9 ms` */
function describeLink({ link, status }: LinkRecord): string {
  if (status === undefined) return `${link.id}: nobody has said yet how it does`;
  const { received, applied, dropped, failed, value, latencyMs } = status;
  const counts = `${received} values came, ${applied} applied, ${dropped} left out, ${failed} failed`;
  const last = value === undefined ? "" : `; last ${describeArgument(rounded(value))}`;
  const late = latencyMs === undefined
    ? ""
    : `; ${ms(latencyMs.p50)} from arrival to effect, 99 % within ${ms(latencyMs.p99)}`;
  return `${link.id}: ${status.status}, ${counts}${last}${late}`;
}

const ms = (value: number) => `${value.toFixed(1)} ms`;

function rounded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rounded);
  return typeof value === "number" ? Math.round(value * 100) / 100 : value;
}
