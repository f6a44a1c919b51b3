/** The tally behind a bridge, in a process of its own that can be killed; it ends in order at SIGTERM, and with whoever started it. */
import { connectBus } from "@patchbay/bus";
import { PatchbayError } from "@patchbay/contracts";
import { configureLogging } from "@patchbay/telemetry";
import { type AppDouble, startAppDouble } from "@patchbay/testing";
import { Counted, openEffects, readEffects, tally } from "./tally.ts";

const [url = "", bridge = "", folder = "", ackWaitMs = "30000", clockMs = "0"] = Deno.args;
const trueNow = Date.now;
Date.now = () => trueNow() + Number(clockMs);
const file = `${folder}/effects.jsonl`;
const logs = Deno.env.get("PATCHBAY_FAULT_LOGS");
if (logs !== undefined) {
  await configureLogging({ level: "debug", write: () => {}, file: `${logs}/${bridge}-${Deno.pid}.log` });
}

let count = (await readEffects(file)).filter(({ value }) => Counted.safeParse(value).success).length;
// a job that waited begins before the start has resolved
const started: { double?: AppDouble } = {};
const effects = openEffects(file);
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

interface Call {
  args: { tag?: string | undefined; takesMs: number; hangs?: "before" | "after" | undefined; to?: number };
  id: string;
  signal: AbortSignal;
}

const tagOf = ({ args: { tag } }: Pick<Call, "args">) => tag === undefined ? {} : { tag };

/** Rejects when the command is cancelled, or its time is over. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = ms === Infinity ? undefined : setTimeout(resolve, ms);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise.finally(() => clearTimeout(timer));
}

async function run<V>({ args: { tag, takesMs, hangs }, id, signal }: Call, effect: () => V): Promise<V> {
  say(`begun ${id}`);
  if (takesMs > 0) await wait(takesMs, signal);
  if (hangs === "before") await wait(Infinity, signal);
  signal.throwIfAborted();
  const value = effect();
  effects.write({ id, ...(tag === undefined ? {} : { tag }), value });
  say(`done ${id}`);
  if (hangs === "after") await wait(Infinity, signal);
  return value;
}

const bus = await connectBus({ servers: url, name: `tally.${bridge}` });
const FENCED = 2;
const double = started.double = await startAppDouble(bus, tally, {
  bridge,
  workDir: `${folder}/work`,
  ackWaitMs: Number(ackWaitMs),
  drainTimeoutMs: 10_000,
  handlers: {
    async add(call) {
      const value = await run(call, () => ({ count: ++count, ...tagOf(call) }));
      started.double?.event("added", { count: value.count });
      started.double?.changed("application");
      return value;
    },
    set: (call) => run(call, () => ({ to: call.args.to, ...tagOf(call) })),
    read: () => ({ count }),
  },
  snapshot: () => ({ count }),
}).catch((error) => {
  if (error instanceof PatchbayError && error.code === "BRIDGE_FENCED") Deno.exit(FENCED);
  throw error;
});
say("here");

Deno.addSignalListener("SIGTERM", () => void double.bridge.drain());
const orphaned = Deno.stdin.readable.pipeTo(new WritableStream());
void orphaned.finally(() => Deno.exit(3));
await double.bridge.ended;
await bus[Symbol.asyncDispose]();
Deno.exit(double.bridge.failure === undefined ? 0 : FENCED);
