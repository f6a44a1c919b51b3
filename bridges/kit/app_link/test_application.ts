/** For the tests of this folder: an application as a process of its own. `deno run test_application.ts BRIDGE [stdio]` */
import { PatchbayError } from "@patchbay/contracts";
import { dialAppLink } from "./dial.ts";

const [bridge = "ws-01", transport] = Deno.args;
const ended = Promise.withResolvers<void>();
let count = 0;

const stream = transport === "stdio"
  ? { readable: Deno.stdin.readable, writable: Deno.stdout.writable, close: () => ended.resolve() }
  : undefined;
const link = await dialAppLink({
  app: "counter",
  bridge,
  appVersion: "1.0.0",
  ...(stream === undefined ? {} : { stream }),
  snapshot: () => ({ count }),
  onShutdown: () => ended.resolve(),
  execute({ command, args }) {
    switch (command) {
      case "add":
        return { count: count += Number(args["by"]) };
      case "read":
        return { count };
      case "hold":
        if (args["name"] === "crash") Deno.kill(Deno.pid, "SIGKILL");
        // a main thread that is lost in a loop answers nothing
        while (args["name"] === "hang");
        return {};
      default:
        throw PatchbayError.of("COMMAND_FAILED", `cannot ${command}`);
    }
  },
});
await Promise.race([link.closed, ended.promise]);
Deno.exit(0);
