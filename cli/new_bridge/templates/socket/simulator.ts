/**
 * A lamp that is none, as a process of its own: `deno run -A simulator.ts --bridge desk`. It dials its bridge as the real
 * program does: the bridge's file in `$PATCHBAY_LINKS` says where.
 */
import { dialAppLink, type DialledLink } from "@patchbay/bridge-kit";
import { BridgeId } from "@patchbay/contracts";
import { parseArgs } from "node:util";
import { LampDevice } from "../common/device.ts";
import { lampManifest } from "../common/manifest.ts";

const { values } = parseArgs({ options: { bridge: { type: "string", default: "local" } } });
const ended = Promise.withResolvers<void>();
const device = new LampDevice({
  event: (name, data) => link.event(name, data),
  channel: (name, value) => link.channel(name, value),
});
const link: DialledLink = await dialAppLink({
  app: lampManifest.app,
  bridge: BridgeId.parse(values.bridge),
  appVersion: "1.0.0-simulated",
  execute: ({ command, args }) => device.execute(command, args),
  snapshot: () => device.state,
  onShutdown: () => ended.resolve(),
});
await Promise.race([link.closed, ended.promise]);
Deno.exit(0);
