/** A query and a write of an echo bridge, straight on the bus, beside a bare NATS request to a bare responder. */
import { startBare } from "./bare.ts";
import { callBridge } from "./bus_calls.ts";
import { compare, measure } from "./measure.ts";
import { compared, type Row } from "./rows.ts";
import { startSetting } from "./setting.ts";

const ROUNDS = 7;
const LOADS = [
  { title: "one at a time", query: { count: 500, concurrency: 1 }, write: { count: 500, concurrency: 1 } },
  { title: "32 at once", query: { count: 3_000, concurrency: 32 }, write: { count: 2_000, concurrency: 32 } },
];

export async function compareBusCommands(): Promise<Row[]> {
  await using setting = await startSetting();
  const { bus } = setting;
  await setting.start("./echo_bridge.ts", /ready/);
  const bare = await startBare(setting);
  const calls = [
    { name: "query", call: () => callBridge(bus, "bench", "echo") },
    { name: "write", call: () => callBridge(bus, "bench", "write") },
  ] as const;
  for (const { call } of calls) await measure(call, { count: 1_000, concurrency: 8 });
  await measure(() => bare.request(), { count: 1_000, concurrency: 8 });
  const rows: Row[] = [];
  for (const { title, ...loads } of LOADS) {
    for (const { name, call } of calls) {
      const how = loads[name];
      const result = await compare(() => measure(call, how), () => measure(() => bare.request(), how), ROUNDS);
      rows.push(...compared(`interactive ${name}, ${title}`, "a bare request", result));
    }
  }
  return rows;
}
