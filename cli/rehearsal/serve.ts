/** The rehearsal service with the bridges of this checkout: of them nothing is loaded before the first rehearsal. */
import type { Bus } from "@patchbay/bus";
import { type RehearsalService, startRehearsal } from "@patchbay/rehearsal";

export interface ServeRehearsalsOptions {
  bus: Bus;
  /** A folder of its own: what is in it is removed. */
  folder: string;
  signal?: AbortSignal;
}

/** @throws {PatchbayError} `FORBIDDEN` */
export function serveRehearsals(options: ServeRehearsalsOptions): Promise<RehearsalService> {
  return startRehearsal({
    ...options,
    worker: () => new Worker(new URL("./worker.ts", import.meta.url).href, { type: "module", name: "rehearsal" }),
  });
}
