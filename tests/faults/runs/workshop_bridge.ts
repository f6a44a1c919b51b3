/** A workshop behind a bridge, in a process of its own, which can be held at any transition: what it does, it writes down. */
import { type Bridge, startBridge } from "@patchbay/bridge-kit";
import { connectBus } from "@patchbay/bus";
import { type Id, type JsonObject, PatchbayError } from "@patchbay/contracts";
import { configureLogging } from "@patchbay/telemetry";
import { openEffects, readEffects } from "../weather/tally.ts";
import { Gate } from "./gate.ts";
import { Made, WORKSHOPS } from "./workshop.ts";

const [servers = "", app = "", id = "", folder = ""] = Deno.args;
const manifest = WORKSHOPS[app as keyof typeof WORKSHOPS];
const logs = Deno.env.get("PATCHBAY_FAULT_LOGS");
if (logs !== undefined) {
  await configureLogging({ level: "debug", write: () => {}, file: `${logs}/${app}-${id}-${Deno.pid}.log` });
}
const gate = new Gate();
const file = `${folder}/effects.jsonl`;
const colours = new Map<string, number>();
let n = 0;
for (const { tag = "", value } of await readEffects(file)) note(tag, Made.parse(value));
const effects = openEffects(file);
const refused = new Map<string, number>();

function note(tag: string, { command, colour }: { command: string; colour?: number | undefined }): void {
  n += command === "mend" ? -1 : 1;
  if (colour !== undefined) colours.set(tag, colour);
}

interface Asked {
  tag: string;
  takesMs?: number;
  busy?: number;
  colour?: number;
}

async function make(
  command: string,
  { tag, takesMs = 0, busy = 0, colour }: Asked,
  call: { id: Id; signal: AbortSignal },
) {
  const before = refused.get(tag) ?? 0;
  if (before < busy) {
    refused.set(tag, before + 1);
    throw PatchbayError.of("APP_BUSY", "It grinds something else");
  }
  if (takesMs > 0) await pause(takesMs, call.signal);
  await gate.pass("effect", "before");
  call.signal.throwIfAborted();
  const made = { command, ...(colour === undefined ? {} : { colour }) };
  effects.write({ id: call.id, tag, value: made });
  note(tag, made);
  await gate.pass("effect", "after");
  return { tag, n };
}

/** Rejects when the command is cancelled, or its time is over. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise.finally(() => clearTimeout(timer));
}

async function execute(command: string, args: JsonObject, call: { id: Id; signal: AbortSignal }): Promise<unknown> {
  const asked = args as unknown as Asked;
  switch (command) {
    case "count":
      await pause(asked.takesMs ?? 0, call.signal);
      return { n, some: [1, 2, 3] };
    case "colour":
      return { colour: colours.get(asked.tag) ?? -1 };
    case "refuse":
      throw PatchbayError.of("COMMAND_FAILED", "This is never done");
    default:
      return await make(command, asked, call);
  }
}

const FENCED = 2;
const bus = gate.before(await connectBus({ servers, name: `${app}.${id}` }));
let bridge: Bridge;
try {
  bridge = await startBridge({
    bus,
    manifest,
    adapter: {
      // it outlives no process of its bridge
      open: () => Promise.resolve({ appVersion: "1.0.0" }),
      execute: ({ command, args, id, signal }) => execute(command, args, { id, signal }),
      snapshot: () => Promise.resolve({ n }),
      close: () => Promise.resolve(),
    },
    bridge: id,
    simulated: true,
    allowCode: false,
    workDir: `${folder}/work`,
    backoff: { minMs: 5, maxMs: 50 },
    ackWaitMs: 2_500,
  });
} catch (error) {
  if (error instanceof PatchbayError && error.code === "BRIDGE_FENCED") Deno.exit(FENCED);
  throw error;
}
await bridge.ready();
gate.say({ here: true });
await bridge.ended;
console.error(`${app}.${id} has ended: ${bridge.failure}`);
Deno.exit(1);
