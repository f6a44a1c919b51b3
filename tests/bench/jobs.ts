/** Jobs from the queue to their result, beside a bare work queue of JetStream: publish, pull, acknowledge. */
import { startBare } from "./bare.ts";
import { jobCalls } from "./bus_calls.ts";
import { compare, measure } from "./measure.ts";
import { compared, type Row } from "./rows.ts";
import { startSetting } from "./setting.ts";

const ROUNDS = 5;
const LOADS = [
  { title: "one at a time", count: 200, concurrency: 1 },
  { title: "32 at once", count: 1_000, concurrency: 32 },
];

export async function compareJobs(): Promise<Row[]> {
  await using setting = await startSetting();
  await setting.start("./echo_bridge.ts", /ready/);
  const bare = await startBare(setting);
  const job = await jobCalls(setting.bus, "bench");
  await measure(job, { count: 500, concurrency: 8 });
  await measure(() => bare.job(), { count: 500, concurrency: 8 });
  const rows: Row[] = [];
  for (const { title, ...how } of LOADS) {
    const result = await compare(() => measure(job, how), () => measure(() => bare.job(), how), ROUNDS);
    rows.push(...compared(`job, ${title}`, "a bare work queue", result));
  }
  return rows;
}
