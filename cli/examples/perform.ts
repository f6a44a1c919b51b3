/** Plays what a plan made, with the links between the applications live, and tells how they do. */
import { pause } from "@patchbay/bridge-kit";
import type { Client } from "@patchbay/client";
import { AssetRef, type LinkRecord } from "@patchbay/contracts";
import type { Performance, SentCommand } from "@patchbay/examples";
import { z } from "zod";
import { describeArgument } from "../plan_text.ts";

export interface PerformOptions {
  say: (line: string) => void;
  /** Ends it early. */
  signal: AbortSignal;
}

/** So often somebody looks, and a line is said about each link. */
const LOOKS = 4;

const Seen = z.looseObject({ image: AssetRef });

/** Leaves the links in place: who plays on, drives on. @returns what was seen meanwhile, in order */
export async function perform(
  client: Client,
  { links, start, durationMs, look, stop }: Performance,
  { say, signal }: PerformOptions,
): Promise<AssetRef[]> {
  const seen: AssetRef[] = [];
  say("\nPerformance: the links are live, and Live plays");
  for (const link of links) await client.links.put(link, { signal });
  await send(client, start);
  try {
    for (let i = 0; i < LOOKS; i++) {
      await pause(durationMs / LOOKS, signal);
      if (signal.aborted) break;
      if (look !== undefined) {
        const { value } = await client.command(look.address, look.command, look.args, { signal });
        const image = Seen.safeParse(value).data?.image;
        if (image !== undefined) seen.push(image);
      }
      for (const { id } of links) say(`  ~ ${describeLink(await client.links.get(id))}`);
    }
  } finally {
    await send(client, stop);
  }
  for (const { id } of links) say(`Link ${describeLink(await client.links.get(id))}`);
  return seen;
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
