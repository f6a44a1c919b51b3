/** Commands to a simulated Live, whole round trips, beside a bare NATS request: with Live's tick of 100 ms, and with one of 1 ms. */
import { type Bus, request } from "@patchbay/bus";
import { envelope, type JsonObject, Result, subjects } from "@patchbay/contracts";
import { startBare } from "./bare.ts";
import { compare, measure } from "./measure.ts";
import { compared, type Row } from "./rows.ts";
import { startSetting } from "./setting.ts";

const ROUNDS = 3;
/** Live's own tick, and one that leaves the bridge's part to be seen. */
const TICKS = [{ tickMs: 100, count: 20 }, { tickMs: 1, count: 200 }];

export async function compareLiveCommands(): Promise<Row[]> {
  await using setting = await startSetting();
  const { bus } = setting;
  const bare = await startBare(setting);
  const rows: Row[] = [];
  for (const { tickMs, count } of TICKS) {
    await setting.start("./ableton_bridge.ts", /ready/, { BENCH_TICK_MS: String(tickMs) });
    const load = { count, concurrency: 1 };
    const row = async (what: string, call: () => Promise<void>) => {
      await call();
      const result = await compare(() => measure(call, load), () => measure(() => bare.request(), load), ROUNDS);
      rows.push(...compared(`Live, a tick of ${tickMs} ms, ${what}`, "a bare request", result));
    };
    const bridge = `tick-${tickMs}`;
    await row("a query (three questions at once)", caller(bus, bridge, "get_selection"));
    let bpm = 60;
    await row("a write that is read before and after", () => {
      bpm = 60 + (bpm + 1) % 100;
      return caller(bus, bridge, "set_tempo", { bpm })();
    });
  }
  return rows;
}

/** @throws {Error} from the call, where the command fails */
function caller(bus: Bus, bridge: string, command: string, args: JsonObject = {}): () => Promise<void> {
  return async () => {
    const payload = { command, args, priority: "normal" as const };
    const message = envelope({ type: "command", payload, source: "bench", target: `ableton.${bridge}` });
    const answer = await request(bus, subjects.command("ableton", bridge, command), message, {
      payload: Result,
      absent: "BRIDGE_OFFLINE",
      timeoutMs: 30_000,
    });
    if (!answer.payload.ok) throw new Error(answer.payload.problem.detail);
  };
}
