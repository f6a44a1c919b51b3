/** MCP servers and scripts in a whole studio: as an item of the command line, over HTTP, in words. */
import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { hasProgram } from "@patchbay/testing";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBridge } from "../../cli/bridges/load.ts";
import { parseItem } from "../../cli/bridges/item.ts";
import { startTestStudio } from "../studio.ts";

const example = (name: string) => fileURLToPath(new URL(`../../bridges/script/examples/${name}`, import.meta.url));

const hasPython = await hasProgram("python3");

async function item(text: string) {
  const parsed = parseItem(text);
  return { ...parsed, definition: await loadBridge(parsed) };
}

const SERVER = `
const say = (message) => console.log(JSON.stringify({ jsonrpc: "2.0", ...message }));
const inputSchema = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const serverInfo = { name: "greeter", version: "1.0.0" };
  if (method === "initialize") {
    return say({ id, result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo } });
  }
  if (method === "tools/list") return say({ id, result: { tools: [{ name: "greet", description: "Greets.", inputSchema }] } });
  if (method === "tools/call") return say({ id, result: { content: [{ type: "text", text: "Hello, " + params.arguments.name }] } });
  if (method === "ping") return say({ id, result: {} });
  say({ id, error: { code: -32601, message: "no" } });
});
`;

Deno.test({
  name: "a studio with an MCP server and a script: both take commands over HTTP, and do what is said in words",
  ignore: !hasPython,
  async fn() {
    const folder = await Deno.makeTempDir();
    await using stack = new AsyncDisposableStack();
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    await Deno.writeTextFile(join(folder, "greeter.cjs"), SERVER);
    const servers = {
      mcpServers: {
        greeter: {
          command: Deno.execPath(),
          args: ["run", "-A", "greeter.cjs"],
          tools: { greet: { effect: "write", phrases: ["greet {name}"] } },
        },
      },
    };
    await Deno.writeTextFile(join(folder, "servers.json"), JSON.stringify(servers));
    const studio = stack.use(
      await startTestStudio({
        signal: AbortSignal.timeout(60_000),
        // the real ones: where simulators are asked for, these have none either
        mode: "interface",
        more: await Promise.all([
          item(`mcp:${join(folder, "servers.json")}#greeter`),
          item(`script:${example("show_clock.py")}@stage`),
        ]),
      }),
    );
    const { client } = studio;
    const own = studio.bridges.filter(({ presence }) => presence.app !== "blender");
    for (const bridge of own) await bridge.ready(AbortSignal.timeout(30_000));
    const present = await client.bridges.list();
    assert.ok(present.some(({ app, bridge }) => app === "show-clock" && bridge === "stage"));
    assert.ok(present.some(({ app, title }) => app === "greeter" && title === "Greeter"));

    const greeted = await client.command("greeter.any", "greet", { name: "Ä" });
    assert.equal(Object(greeted.value).text, "Hello, Ä");
    await assert.rejects(
      client.command("show-clock.stage", "set_cue", { name: 7, at: 1 }),
      (error) => error instanceof PatchbayError && error.code === "INVALID_ARGUMENTS",
    );

    const said = "greet Anna, then add a cue Blackout at 12 seconds, then start the clock";
    const { runId, plan } = await client.instructions.run(said);
    assert.deepEqual(plan.steps.map(({ app, command }) => `${app}.${command}`), [
      "greeter.greet",
      "show-clock.set_cue",
      "show-clock.start_clock",
    ]);
    const ends: string[] = [];
    for await (const { type } of client.runs.follow(runId)) ends.push(type);
    assert.equal(ends.at(-1), "RUN_FINISHED");
    assert.equal(ends.filter((type) => type === "STEP_FINISHED").length, 3);
  },
});
