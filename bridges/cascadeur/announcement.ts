/** The file by which a Cascadeur says where its server is: `<home>/servers/cascadeur.json`, readable by its person alone. */
import { PatchbayError } from "@patchbay/contracts";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { z } from "zod";

export const Announcement = z.looseObject({
  v: z.literal(1),
  app: z.literal("cascadeur"),
  transport: z.literal("http"),
  /** `http://127.0.0.1:40123/` */
  address: z.url(),
  token: z.string().min(1),
  /** Cascadeur's process. */
  pid: z.number().int().nonnegative(),
});
export type Announcement = z.infer<typeof Announcement>;

/** `$PATCHBAY_CASCADEUR_SERVER`, or in `$PATCHBAY_HOME`, else in `~/.patchbay`: where the server writes it. */
export function announcementPath(env: { get(name: string): string | undefined } = Deno.env): string {
  const home = env.get("PATCHBAY_HOME") ?? join(homedir(), ".patchbay");
  return env.get("PATCHBAY_CASCADEUR_SERVER") ?? join(home, "servers", "cascadeur.json");
}

/** @throws {PatchbayError} `APP_NOT_CONNECTED` where there is none, `LINK_REFUSED` for one that others may read or that says something else */
export async function readAnnouncement(path: string): Promise<Announcement> {
  let text: string;
  try {
    const { mode } = await Deno.stat(path);
    // Windows has no such bits: there the person's own folder keeps others out
    if (mode !== null && (mode & 0o077) !== 0) {
      throw new PatchbayError("LINK_REFUSED", `Cannot use ${path}: others may read the token in it`, {
        remedy: `Make it private (chmod 600 ${path}), and start Patchbay's server in Cascadeur again for a new token.`,
      });
    }
    text = await Deno.readTextFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw PatchbayError.of("APP_NOT_CONNECTED", `Cascadeur's server does not run: there is no ${path}`, { cause });
  }
  const parsed = Announcement.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw PatchbayError.of("LINK_REFUSED", `Cannot read ${path}: it is no announcement of version 1`, {
    cause: parsed.error,
  });
}

/** Resolves when the file was written, replaced or removed. @throws the signal's reason */
export async function announcementChange(path: string, signal: AbortSignal): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  signal.throwIfAborted();
  using watcher = Deno.watchFs(dirname(path), { recursive: false });
  const stop = () => watcher.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const { paths } of watcher) {
      if (paths.some((one) => basename(one) === basename(path))) return;
    }
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
