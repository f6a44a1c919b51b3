/** A bridge of the farm in a process of its own, so that it can be killed: `PATCHBAY_NATS_URL` says where the server is. */
import { startFarm } from "../farm.ts";

const bridge = await startFarm(Deno.env.get("PATCHBAY_NATS_URL") ?? "");
for (let count = 1;; count++) {
  await bridge.hasBegun(count);
  console.log(`begun ${count}`);
}
