/** One studio a store: an advisory lock that the system takes back when its owner dies, however it dies. */
import { PatchbayError } from "@patchbay/contracts";

/**
 * Takes the lock of a store folder, or says who has it.
 * @throws {PatchbayError} `ALREADY_RUNNING` when another process, or another server of this one, uses the store
 */
export async function lockStore(storeDir: string): Promise<AsyncDisposable> {
  const path = `${storeDir}/lock`;
  const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  if (!await file.tryLock(true)) {
    file.close();
    const owner = (await Deno.readTextFile(path).catch(() => "")).trim();
    const who = owner === "" ? "another process" : `process ${owner}`;
    throw new PatchbayError("ALREADY_RUNNING", `Cannot use the data in ${storeDir}: ${who} uses it`, {
      context: { storeDir, ...(owner === "" ? {} : { pid: Number(owner) }) },
    });
  }
  await file.truncate();
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return {
    async [Symbol.asyncDispose]() {
      await file.truncate();
      file.close();
    },
  };
}
