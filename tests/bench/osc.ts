/** Commands through an OSC bridge, whole round trips, beside a bare NATS request to a bare responder. */
import { type Bus, request } from "@patchbay/bus";
import { envelope, type JsonObject, Result, subjects } from "@patchbay/contracts";
import { HAS_SCSYNTH, startScsynth } from "../../bridges/osc/testing/scsynth.ts";
import { startBare } from "./bare.ts";
import { compare, measure } from "./measure.ts";
import { compared, fact, type Row } from "./rows.ts";
import { startSetting } from "./setting.ts";

const ROUNDS = 5;
const LOAD = { count: 300, concurrency: 1 };

export async function compareOscCommands(): Promise<Row[]> {
  await using setting = await startSetting();
  const { bus } = setting;
  const bare = await startBare(setting);
  const rows: Row[] = [];
  const row = async (what: string, call: () => Promise<void>) => {
    await measure(call, LOAD);
    const result = await compare(() => measure(call, LOAD), () => measure(() => bare.request(), LOAD), ROUNDS);
    rows.push(...compared(`OSC, ${what}`, "a bare request", result));
  };
  await setting.start("./osc_bridge.ts", /ready/);
  await row("simulated, a query", caller(bus, "lights", "get_level", { channel: 1 }));
  let level = 0;
  const turn = () => caller(bus, "lights", "set_level", { channel: 1, level: (level = (level + 1) % 256) / 256 })();
  await row("simulated, a write that is read before and after", turn);
  if (!HAS_SCSYNTH) return [...rows, fact("OSC, scsynth: left out, it is not on this machine", "")];
  await using server = await startScsynth();
  await setting.start("./osc_bridge.ts", /ready/, { BENCH_OSC_PORT: String(server.port) });
  await row("scsynth, a query", caller(bus, "supercollider", "get_status"));
  const bend = () => caller(bus, "supercollider", "set_bus", { bus: 9, value: (level = (level + 1) % 256) / 256 })();
  await row("scsynth, a write that is read before and after", bend);
  return rows;
}

/** @throws {Error} from the call, where the command fails */
function caller(bus: Bus, app: string, command: string, args: JsonObject = {}): () => Promise<void> {
  return async () => {
    const payload = { command, args, priority: "normal" as const };
    const message = envelope({ type: "command", payload, source: "bench", target: `${app}.bench` });
    const answer = await request(bus, subjects.command(app, "bench", command), message, {
      payload: Result,
      absent: "BRIDGE_OFFLINE",
      timeoutMs: 30_000,
    });
    if (!answer.payload.ok) throw new Error(answer.payload.problem.detail);
  };
}
