/** Commands to a simulated TouchDesigner, whole round trips, beside a bare NATS request: at 60 frames a second, and at 1,000. */
import { type Bus, request } from "@patchbay/bus";
import { envelope, type JsonObject, Result, subjects } from "@patchbay/contracts";
import { startBare } from "./bare.ts";
import { compare, measure } from "./measure.ts";
import { compared, type Row } from "./rows.ts";
import { startSetting } from "./setting.ts";

const ROUNDS = 3;
/** TouchDesigner reads its WebSocket once a frame; with short frames the bridge's part is to be seen. */
const RATES = [60, 1_000];
const LOAD = { count: 150, concurrency: 1 };

export async function compareTouchDesignerCommands(): Promise<Row[]> {
  await using setting = await startSetting();
  const { bus } = setting;
  const bare = await startBare(setting);
  const rows: Row[] = [];
  for (const rate of RATES) {
    const bridge = `at-${rate}`;
    await setting.start("./touchdesigner_bridge.ts", /ready/, { BENCH_FRAME_RATE: String(rate) });
    const row = async (what: string, call: () => Promise<void>) => {
      await call();
      const result = await compare(() => measure(call, LOAD), () => measure(() => bare.request(), LOAD), ROUNDS);
      rows.push(...compared(`TouchDesigner, ${rate} frames a second, ${what}`, "a bare request", result));
    };
    await row("a query", () => call(bus, bridge, "get_timeline"));
    let width = 1;
    await row("a write that is read back", () => {
      width = 1 + width % 1_000;
      return call(bus, bridge, "set_parameter", { node: "out1", parameter: "resolutionw", value: width });
    });
  }
  return rows;
}

/** @throws {Error} where the command fails */
async function call(bus: Bus, bridge: string, command: string, args: JsonObject = {}): Promise<void> {
  const payload = { command, args, priority: "normal" as const };
  const message = envelope({ type: "command", payload, source: "bench", target: `touchdesigner.${bridge}` });
  const answer = await request(bus, subjects.command("touchdesigner", bridge, command), message, {
    payload: Result,
    absent: "BRIDGE_OFFLINE",
    timeoutMs: 30_000,
  });
  if (!answer.payload.ok) throw new Error(answer.payload.problem.detail);
}
