/** How soon an embedded studio is ready, and what it takes when nothing happens. */
import { startPatchbay } from "../patchbay_command.ts";
import { median } from "./measure.ts";

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

/** Resident memory of a process, as the kernel counts it (Linux), or NaN elsewhere. */
async function residentMiB(pid: number): Promise<number> {
  if (Deno.build.os !== "linux") return NaN;
  const kiB = /^VmRSS:\s+(\d+) kB$/m.exec(await Deno.readTextFile(`/proc/${pid}/status`))?.[1];
  return Number(kiB) / 1024;
}
