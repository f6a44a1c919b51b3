/** What a server listed when it was here: the simulator replays it. */
import { PatchbayError } from "@patchbay/contracts";
import type { Peer } from "@patchbay/bridge-kit";
import { join } from "node:path";
import { z } from "zod";

export const Recording = z.looseObject({
  v: z.literal(1),
  server: z.string().max(100),
  version: z.string().max(100),
  /** As they were listed. */
  tools: z.array(z.looseObject({ name: z.string() })),
  resources: z.array(z.looseObject({})).default([]),
});
export type Recording = z.infer<typeof Recording>;

/** Larger lists are not recorded, in characters. */
const MAX_LENGTH = 8_000_000;

export const recordingIn = (workDir: string): string => join(workDir, "recording.json");

/** Keeps what was listed, for rehearsals. */
export async function record(path: string, { appVersion, capabilities = {} }: Peer, tools: readonly unknown[]) {
  const server = String(capabilities["server"] ?? "unknown");
  const text = JSON.stringify({ v: 1, server, version: appVersion, tools });
  if (text.length > MAX_LENGTH || !Recording.safeParse(JSON.parse(text)).success) return;
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(draft, text, { mode: 0o600, createNew: true });
  await Deno.rename(draft, path);
}

/** @throws {PatchbayError} `INVALID_CONFIGURATION` */
export async function readRecording(path: string): Promise<Recording> {
  try {
    return Recording.parse(JSON.parse(await Deno.readTextFile(path)));
  } catch (cause) {
    const found = cause instanceof Deno.errors.NotFound ? "there is none" : "it cannot be read";
    throw PatchbayError.of("INVALID_CONFIGURATION", `Cannot simulate the server from ${path}: ${found}`, {
      cause,
      remedy: "Connect to the real one once, which records its tools; or name a recording: `recording: tools.json`.",
    });
  }
}
