/** The gateway by itself, as the benchmarks measure it. */
import { connectBus } from "@patchbay/bus";
import { KeyFile, startGateway } from "@patchbay/gateway";

const bus = await connectBus({ servers: Deno.env.get("PATCHBAY_NATS_URL") ?? "", name: "gateway" });
const { keys } = KeyFile.parse(JSON.parse(await Deno.readTextFile(Deno.env.get("BENCH_KEYS_FILE") ?? "")));
const { port } = await startGateway({ bus, keys, port: 0 });
console.log(`listening on ${port}`);
