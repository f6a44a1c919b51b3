/** Batches beside the same commands one by one: what a command costs in each. */
import { callBatch, callBridge } from "./bus_calls.ts";
import { compare, measure, type Sample } from "./measure.ts";
import { digits, fact, type Row } from "./rows.ts";
import { startSetting } from "./setting.ts";

const ROUNDS = 5;
const SINGLES = { count: 1_000, concurrency: 32 };

export async function compareBatches(): Promise<Row[]> {
  await using setting = await startSetting();
  const { bus } = setting;
  await setting.start("./echo_bridge.ts", /ready/);
  const single = () => measure(() => callBridge(bus, "bench", "write"), SINGLES);
  await single();
  const rows: Row[] = [];
  for (const size of [10, 100, 1_000]) {
    const count = Math.max(3, 2_000 / size);
    const batch = async (): Promise<Sample> => {
      const sample = await measure(() => callBatch(bus, "bench", size), { count, concurrency: 1 });
      return { ...sample, throughput: sample.throughput * size };
    };
    await batch();
    const { subject, baseline, ratio } = await compare(batch, single, ROUNDS);
    const rate = ({ throughput }: Sample) => `${Math.round(throughput)}/s`;
    rows.push(fact(
      `writes in batches of ${size}: ${rate(subject)} (p50 of a batch ${digits(subject.p50)} ms, p99 ${
        digits(subject.p99)
      } ms) beside ${rate(baseline)} as singles, 32 at once`,
      ratio.throughput,
    ));
  }
  return rows;
}
