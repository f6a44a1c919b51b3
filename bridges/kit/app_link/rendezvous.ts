/** The file through which an application finds its bridge: `<links>/<app>-<bridge>.json`, readable by its user alone. */
import { join } from "node:path";
import { homedir } from "node:os";
import { z } from "zod";
import { AppName, BridgeId, PatchbayError } from "@patchbay/contracts";

export const Rendezvous = z.looseObject({
  v: z.literal(1),
  app: AppName,
  bridge: BridgeId,
  transport: z.enum(["unix", "pipe", "tcp", "websocket"]),
  /** A socket's path, a pipe's name, `127.0.0.1:PORT`, or `ws://127.0.0.1:PORT/`. */
  address: z.string().min(1),
  token: z.string().min(1),
  /** The bridge's process. */
  pid: z.number().int().nonnegative(),
});
export type Rendezvous = z.infer<typeof Rendezvous>;

/** `$PATCHBAY_LINKS`, or `~/.patchbay/links`. */
export function defaultLinksDir(): string {
  return Deno.env.get("PATCHBAY_LINKS") ?? join(homedir(), ".patchbay", "links");
}

export function rendezvousPath(linksDir: string, app: AppName, bridge: BridgeId): string {
  return join(linksDir, `${app}-${bridge}.json`);
}

/**
 * Writes the file in one step, so that no reader sees half of it; disposing removes it, unless another bridge has
 * written its own since.
 * @throws {PatchbayError} `INVALID_CONFIGURATION` where others may write into the folder
 */
export async function writeRendezvous(
  linksDir: string,
  content: Rendezvous,
): Promise<{ path: string } & AsyncDisposable> {
  await privateFolder(linksDir);
  const path = rendezvousPath(linksDir, content.app, content.bridge);
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(draft, JSON.stringify(content), { mode: 0o600, createNew: true });
  await Deno.rename(draft, path);
  return {
    path,
    async [Symbol.asyncDispose]() {
      const present = await readRendezvous(path).catch(() => undefined);
      if (present?.token === content.token) await Deno.remove(path).catch(ignoreMissing);
    },
  };
}

/** @throws {PatchbayError} `APP_NOT_CONNECTED` where no bridge has written one, `LINK_REFUSED` for one that cannot be read */
export async function readRendezvous(path: string): Promise<Rendezvous> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    throw PatchbayError.of("APP_NOT_CONNECTED", `Cannot reach the bridge: there is no ${path}`, { cause });
  }
  try {
    return Rendezvous.parse(JSON.parse(text));
  } catch (cause) {
    throw PatchbayError.of("LINK_REFUSED", `Cannot reach the bridge: ${path} is no rendezvous file of version 1`, {
      cause,
    });
  }
}

async function privateFolder(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  const { mode } = await Deno.stat(path);
  if (mode !== null && (mode & 0o022) !== 0) {
    throw new PatchbayError(
      "INVALID_CONFIGURATION",
      `Cannot write the rendezvous file: others may write into ${path} (mode ${(mode & 0o777).toString(8)})`,
      { remedy: `Make it private: chmod 700 ${path}` },
    );
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
