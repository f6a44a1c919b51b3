/** The same in TypeScript, without the helper: a counter that dials the bridge which waits with `script:listen:counter`. */
import { dialAppLink } from "@patchbay/bridge-kit";

let count = 0;
const link = await dialAppLink({
  app: "counter",
  bridge: Deno.args[0] ?? "desk",
  appVersion: "1.0.0",
  manifest: () => ({
    title: "Counter",
    version: "1.0.0",
    commands: {
      add: { summary: "Adds.", args: { type: "object", properties: { by: { type: "integer" } }, required: ["by"] } },
    },
  }),
  snapshot: () => ({ count }),
  execute: ({ args }) => ({ count: count += Number(args["by"]) }),
});

await link.closed;
