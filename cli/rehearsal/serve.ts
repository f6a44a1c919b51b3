/** The rehearsal service with the bridges of this checkout: of them nothing is loaded before the first rehearsal. */
import { type RehearsalOptions, type RehearsalService, startRehearsal } from "@patchbay/rehearsal";

export type ServeRehearsalsOptions = Pick<RehearsalOptions, "bus" | "folder" | "items" | "signal">;

/** @throws {PatchbayError} `FORBIDDEN` */
export function serveRehearsals(options: ServeRehearsalsOptions): Promise<RehearsalService> {
  return startRehearsal({
    ...options,
    worker: () => new Worker(new URL("./worker.ts", import.meta.url).href, { type: "module", name: "rehearsal" }),
  });
}
