/** How soon an embedded studio is ready, and what it takes when nothing happens. */
import { startPatchbay } from "../patchbay_command.ts";
import { median } from "./measure.ts";
import { residentMiB } from "./process_usage.ts";

const STARTS = 5;

export interface StudioStart {
  /** From the command to the gateway's answer, seconds: median of warm starts. */
  readySeconds: number;
  /** Resident memory of the studio's process without nats-server, MiB. */
  idleMiB: number;
}

export async function measureStudioStart(): Promise<StudioStart> {
  const home = await Deno.makeTempDir({ prefix: "patchbay-bench-" });
  const signal = AbortSignal.timeout(300_000);
  const seconds: number[] = [];
  let idleMiB = NaN;
  try {
    for (let start = 0; start <= STARTS; start++) {
      const began = performance.now();
      await using studio = startPatchbay(["studio", "--home", home, "--port", "0", "--simulate"], { signal });
      const [, url] = await studio.line(/^Patchbay is running\.\s+(\S+)/);
      await (await fetch(`${url}/readyz`)).body?.cancel();
      if (start > 0) seconds.push((performance.now() - began) / 1000);
      idleMiB = await residentMiB(studio.pid);
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
  return { readySeconds: median(seconds), idleMiB };
}
