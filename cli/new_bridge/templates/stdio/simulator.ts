/**
 * A lamp that is none, as a process of its own: `deno run -A simulator.ts --bridge desk`. It speaks the App link on its
 * standard input and output, as the real program does, so nothing else may be printed there.
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
  stream: { readable: Deno.stdin.readable, writable: Deno.stdout.writable, close: () => ended.resolve() },
  execute: ({ command, args }) => device.execute(command, args),
  snapshot: () => device.state,
  onShutdown: () => ended.resolve(),
});
await Promise.race([link.closed, ended.promise]);
// what still waits for input would keep the process alive
Deno.exit(0);
