/** What the guides for MCP servers and scripts show is what works. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { readScript } from "@patchbay/bridge-script";
import { readServerFile } from "@patchbay/bridge-mcp";
import { hasProgram } from "@patchbay/testing";
import { startTestStudio } from "../studio.ts";
import { loadBridge } from "../../cli/bridges/load.ts";
import { parseItem } from "../../cli/bridges/item.ts";

const guide = (name: string) => Deno.readTextFile(new URL(`../../docs/guides/${name}.md`, import.meta.url));

/** The blocks of a language, in their order. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)].flatMap(([, name, block]) =>
    name === language && block !== undefined ? [block] : []
  );
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await use(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

const hasPython = await hasProgram("python3");

Deno.test("every file that the guide for MCP servers shows can be read, with every server in it", () =>
  inFolder(async (folder) => {
    const files = blocks(await guide("mcp-servers"), "yaml");
    assert.equal(files.length, 3);
    for (const [index, text] of files.entries()) {
      const file = join(folder, `${index}.yaml`);
      await Deno.writeTextFile(file, text);
      for (const name of Object.keys(Object(parse(text)).mcpServers)) {
        assert.match((await readServerFile(`${file}#${name}`)).app, /^[a-z]/);
      }
    }
  }));

Deno.test("the file that the guide for scripts shows can be read", () =>
  inFolder(async (folder) => {
    const [wall] = blocks(await guide("scripts"), "yaml");
    await Deno.writeTextFile(join(folder, "wall.yaml"), wall ?? "");
    await Deno.writeTextFile(join(folder, "wall.py"), "");
    assert.equal((await readScript(join(folder, "wall.yaml"))).title, "LED wall");
  }));

Deno.test({
  name: "the script of twenty lines runs as the guide has it, and does what is said to it",
  ignore: !hasPython,
  fn: () =>
    inFolder(async (folder) => {
      const [script = ""] = blocks(await guide("scripts"), "python");
      assert.ok(script.trim().split("\n").length <= 20);
      await Deno.writeTextFile(join(folder, "greeter.py"), script);
      const item = parseItem(`script:${join(folder, "greeter.py")}@desk`);
      await using studio = await startTestStudio({
        signal: AbortSignal.timeout(60_000),
        more: [{ ...item, definition: await loadBridge(item) }],
        mode: "interface",
      });
      for (const bridge of studio.bridges.filter(({ presence }) => presence.app === "greeter")) {
        await bridge.ready(AbortSignal.timeout(30_000));
      }
      const { value } = await studio.client.command("greeter.any", "greet", { name: "Anna" });
      assert.equal(value, "Hello, Anna!");
      const { plan } = await studio.client.instructions.plan("greet Anna");
      assert.deepEqual(plan.steps.map(({ command }) => command), ["greet"]);
    }),
});
