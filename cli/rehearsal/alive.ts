/** A file that is written anew as long as the bus is there: a container's health check looks at its age. */
import type { Bus } from "@patchbay/bus";

const INTERVAL_MS = 5_000;

/** Writes it at once, then every five seconds; disposing stops that and removes the file. */
export async function keepAlive(file: string, bus: Pick<Bus, "connected">): Promise<AsyncDisposable> {
  const write = async () => {
    if (bus.connected) await Deno.writeTextFile(file, new Date().toISOString());
  };
  await write();
  let writing = Promise.resolve();
  // a full disk is seen by the check, as the age of the file
  const timer = setInterval(() => writing = write().catch(() => {}), INTERVAL_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writing;
      await Deno.remove(file).catch(() => {});
    },
  };
}
