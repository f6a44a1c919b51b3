/** Commands to an MCP server and to a script, whole round trips, beside a bare NATS request to a bare responder. */
import { type Bus, request } from "@patchbay/bus";
import { envelope, type JsonObject, Result, subjects } from "@patchbay/contracts";
import { startBare } from "./bare.ts";
import { compare, measure } from "./measure.ts";
import { compared, type Row } from "./rows.ts";
import { startSetting } from "./setting.ts";

const ROUNDS = 5;
const LOAD = { count: 300, concurrency: 1 };

export async function compareSelfDescribed(): Promise<Row[]> {
  await using setting = await startSetting();
  const { bus } = setting;
  const bare = await startBare(setting);
  const rows: Row[] = [];
  const row = async (what: string, call: () => Promise<void>) => {
    await measure(call, LOAD);
    const result = await compare(() => measure(call, LOAD), () => measure(() => bare.request(), LOAD), ROUNDS);
    rows.push(...compared(what, "a bare request", result));
  };
  await setting.start("./self_described_bridges.ts", /ready/);
  await row("MCP server over stdio, a query", caller(bus, "everything", "echo", { message: "x" }));
  await row("MCP server over stdio, a write", caller(bus, "everything", "get-sum", { a: 1, b: 2 }));
  await row("script in Python, a query", caller(bus, "show-clock", "list_cues"));
  await row("script in Python, a write", caller(bus, "show-clock", "set_cue", { name: "a", at: 1 }));
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
