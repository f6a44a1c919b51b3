/** A bridge to a published MCP server and one to a script, as a process. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readServerFile, startMcpBridge } from "@patchbay/bridge-mcp";
import { readScript, startScriptBridge } from "@patchbay/bridge-script";
import { connectBus } from "@patchbay/bus";

const workDir = Deno.env.get("BENCH_WORK_DIR") ?? "";
const servers = join(workDir, "servers.json");
const everything = {
  command: Deno.execPath(),
  args: ["run", "-A", "npm:@modelcontextprotocol/server-everything@2026.8.31", "stdio"],
  tools: { echo: { effect: "read" } },
};
await Deno.mkdir(workDir, { recursive: true });
await Deno.writeTextFile(servers, JSON.stringify({ mcpServers: { everything } }));
const bus = await connectBus({ servers: Deno.env.get("PATCHBAY_NATS_URL") ?? "", name: "described bridges" });
const start = { bus, bridge: "bench", mode: "background", allowCode: false } as const;
const script = fileURLToPath(new URL("../../bridges/script/examples/show_clock.py", import.meta.url));
const bridges = [
  await startMcpBridge({ ...start, server: await readServerFile(servers), workDir: join(workDir, "mcp") }),
  await startScriptBridge({ ...start, script: await readScript(script), workDir: join(workDir, "script") }),
];
for (const bridge of bridges) await bridge.ready(AbortSignal.timeout(60_000));
console.log("ready");
