/** For the tests of this folder: a script that listens for its bridge. `deno run test_script.ts PORT TOKEN` */
import { dialAppLink } from "./dial.ts";
import { listenWebSocket } from "./websocket.ts";

const [port, token = ""] = Deno.args;
const listener = await listenWebSocket({ port: Number(port), token });
for await (const stream of listener.streams) {
  await dialAppLink({
    app: "counter",
    bridge: "ws-01",
    appVersion: "2.0",
    stream,
    snapshot: () => ({ count: 0 }),
    execute: ({ args }) => ({ count: Number(args["by"] ?? 0) }),
    onShutdown: () => Deno.exit(0),
  });
}
