/** `PATCHBAY_HOME`: everything that an installation keeps. One studio at a time; the lock ends with the process that holds it. */
import { join, resolve } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { z } from "zod";

/** How other commands on this machine find a running studio. */
export const StudioInfo = z.object({ url: z.url(), pid: z.number().int(), startedAt: z.number().int() });
export type StudioInfo = z.infer<typeof StudioInfo>;

export interface StudioHome extends Disposable {
  readonly path: string;
  /** The API key of this installation, made on first use. */
  readonly key: string;
  /** Tells other commands where the studio is. */
  announce(info: StudioInfo): Promise<void>;
}

/** The folder of this installation: the option, `PATCHBAY_HOME`, or `.patchbay/` in the working folder. */
export function homePath(option?: string): string {
  return resolve(option ?? Deno.env.get("PATCHBAY_HOME") ?? ".patchbay");
}

/**
 * Takes the folder for one studio; `newKey` makes the key of a fresh one.
 * @throws {PatchbayError} `ALREADY_RUNNING` while another studio has it
 */
export async function openHome(path: string, newKey: () => string): Promise<StudioHome> {
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  const lock = await Deno.open(join(path, "lock"), { create: true, write: true });
  if (!await lock.tryLock(true)) {
    lock.close();
    const running = await runningStudio(path);
    const where = running === undefined ? "" : `, at ${running.url}`;
    throw new PatchbayError("ALREADY_RUNNING", `Cannot start a studio in ${path}: one already runs there${where}`);
  }
  const key = await readKey(path) ?? await writeSecret(join(path, "key"), newKey());
  return {
    path,
    key,
    announce: async (info) => void await writeSecret(infoFile(path), JSON.stringify(info)),
    [Symbol.dispose]() {
      removeIfThere(infoFile(path));
      lock.close();
    },
  };
}

/** Where the studio of this folder is, if one runs. */
export async function runningStudio(path: string): Promise<StudioInfo | undefined> {
  const text = await readIfThere(infoFile(path));
  return text === undefined ? undefined : StudioInfo.safeParse(parsed(text)).data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // what a crash left half written announces no studio
    return undefined;
  }
}

/** The key of this folder, if it has one. */
export async function readKey(path: string): Promise<string | undefined> {
  return (await readIfThere(join(path, "key")))?.trim();
}

const infoFile = (path: string) => join(path, "studio.json");

/** Written beside and renamed, so that nobody reads half of it, and never readable by others. */
async function writeSecret(file: string, content: string): Promise<string> {
  const part = `${file}.${Deno.pid}`;
  await Deno.writeTextFile(part, `${content}\n`, { mode: 0o600 });
  await Deno.rename(part, file);
  return content;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function removeIfThere(file: string): void {
  try {
    Deno.removeSync(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
