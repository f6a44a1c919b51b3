/** A Cascadeur without a timer comes by only when it is called: `--run-script` hands a command to the one that runs. */
import { startChild } from "@patchbay/bridge-kit";
import { findCascadeur } from "./find.ts";

/** Makes Cascadeur's main thread come by, if it can. */
export type Nudge = () => Promise<void>;

/** How long a call waits before Cascadeur is nudged, and between two nudges, in milliseconds. */
const NUDGE_MS = 300;
/** Cascadeur hands the script over within two seconds, or not at all, in milliseconds. */
const HANDED_OVER_MS = 15_000;

/** Starts the Cascadeur of this machine with the script; the one that runs takes it, and this one ends. @throws {PatchbayError} `APP_NOT_FOUND` */
export const runPumpScript: Nudge = async () => {
  const { folder, program } = await findCascadeur();
  const args = ["--run-script", "commands.patchbay.pump"];
  await using child = startChild({ command: program, args, cwd: folder, limits: { wallMs: HANDED_OVER_MS } });
  await child.exited;
};

/** What the promise gives; until then Cascadeur is nudged again and again, for some nudges are lost. */
export async function nudged<T>(answer: Promise<T>, nudge: Nudge, waitMs = NUDGE_MS): Promise<T> {
  const settled = answer.then(() => true, () => true);
  for (;;) {
    const waiting = Promise.withResolvers<false>();
    const timer = setTimeout(() => waiting.resolve(false), waitMs);
    const isSettled = await Promise.race([settled, waiting.promise]);
    clearTimeout(timer);
    if (isSettled) return await answer;
    // without a program to start, the artist's own click in the window is what it waits for
    await Promise.race([settled, nudge().catch(() => {})]);
  }
}
