/** A conductor in a process of its own. Run by the benchmarks. */
import { connectBus } from "@patchbay/bus";
import { startConductor } from "@patchbay/conductor";

const bus = await connectBus({ servers: Deno.env.get("PATCHBAY_NATS_URL") ?? "", name: "conductor.bench" });
const leaseTtlMs = Number(Deno.env.get("BENCH_LEASE_MS") ?? 15_000);
await using conductor = await startConductor({ bus, leaseTtlMs });
console.log("ready");
await conductor.ended;
