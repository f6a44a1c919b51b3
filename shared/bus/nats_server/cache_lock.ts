/** One process at a time fills the cache. */

const POLL_MS = 100;

/** Waits for the cache's lock; the system takes it back when its owner dies. */
export async function lockCache(
  cacheDir: string,
  { onWait, signal }: { onWait: () => void; signal?: AbortSignal },
): Promise<AsyncDisposable> {
  const file = await Deno.open(`${cacheDir}/lock`, { write: true, create: true });
  try {
    for (let waited = false; !await file.tryLock(true); waited = true) {
      if (!waited) onWait();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      signal?.throwIfAborted();
    }
  } catch (error) {
    file.close();
    throw error;
  }
  return { [Symbol.asyncDispose]: () => Promise.resolve(file.close()) };
}
