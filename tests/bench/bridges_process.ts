/** Many bridges in one process, on one connection: as many as a line of the standard input says. Run by the benchmarks. */
import { connectBus } from "@patchbay/bus";
import { type Bridge, startBridge } from "@patchbay/bridge-kit";
import { TextLineStream } from "../text_lines.ts";
import { echo, echoAdapter } from "./echo_app.ts";

const name = Deno.env.get("BENCH_NAME") ?? "";
const bus = await connectBus({ servers: Deno.env.get("PATCHBAY_NATS_URL") ?? "", name });
const bridges: Bridge[] = [];

async function start(n: number): Promise<Bridge> {
  const bridge = await startBridge({
    bus,
    manifest: echo,
    adapter: echoAdapter,
    bridge: `${name}-${n}`,
    simulated: true,
    allowCode: false,
    workDir: `${Deno.env.get("BENCH_WORK_DIR")}/${n}`,
  });
  await bridge.ready();
  return bridge;
}

console.log("ready");
for await (const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
  const wanted = Number(line);
  const more = Array.from({ length: Math.max(0, wanted - bridges.length) }, (_, i) => start(bridges.length + i));
  bridges.push(...await Promise.all(more));
  await Promise.all(bridges.splice(wanted).map((bridge) => bridge.drain()));
  console.log(`has ${bridges.length}`);
}
// nobody is there any more who would end it
Deno.exit(1);
