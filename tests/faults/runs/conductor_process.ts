/** A conductor in a process of its own, which can be held at any transition: with the server's address and its name. */
import { connectBus } from "@patchbay/bus";
import { startConductor } from "@patchbay/conductor";
import { configureLogging } from "@patchbay/telemetry";
import { Gate } from "./gate.ts";

const [servers = "", name = "", leaseTtlMs = "1000"] = Deno.args;
const logs = Deno.env.get("PATCHBAY_FAULT_LOGS");
if (logs !== undefined) {
  await configureLogging({ level: "debug", write: () => {}, file: `${logs}/${name}-${Deno.pid}.log` });
}
const gate = new Gate();
const bus = gate.before(await connectBus({ servers, name }));
await using conductor = await startConductor({
  bus,
  owner: name,
  leaseTtlMs: Number(leaseTtlMs),
  retry: { retries: 3, initialDelayMs: 20, maxDelayMs: 200 },
});
gate.say({ here: true });
const error = await conductor.ended;
console.error(`${name} has ended: ${error}`);
Deno.exit(1);
