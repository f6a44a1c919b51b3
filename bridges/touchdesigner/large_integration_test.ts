/** Large networks, strange letters, long commands that are cancelled. */
import assert from "node:assert/strict";
import { newId, PatchbayError } from "@patchbay/contracts";
import { until } from "./testing/artist.ts";
import { startTouchDesignerStudio } from "./testing/touchdesigner_studio.ts";

const COUNT = 4_000;

/** More than two megabytes: each operator with parameters and a wire. */
function largeNetwork() {
  const nodes = Array.from({ length: COUNT }, (_, n) => ({
    name: `operator_number_${n}`,
    type: n % 2 === 0 ? "levelTOP" : "noiseTOP",
    parameters: n % 2 === 0
      ? { opacity: { expression: `abs(math.sin(absTime.seconds * ${n} + 0.5)) * 0.5 + ${"0.0001 + ".repeat(90)}0` } }
      : { amp: (n % 100) / 100, period: { expression: `1 + ${n} / ${COUNT}` } },
    ...(n % 2 === 0 ? { inputs: [`operator_number_${n + 1}`] } : {}),
  }));
  return new TextEncoder().encode(JSON.stringify({ nodes }));
}

Deno.test("a network of two megabytes is applied in one step, listed page by page, and taken back in one step", async () => {
  await using studio = await startTouchDesignerStudio();
  const content = largeNetwork();
  assert.ok(content.length > 2_000_000, `${content.length} bytes`);
  const { path: parent } = await studio.call("create_node", { type: "baseCOMP", name: "large" });
  const file = await studio.store("network.json", "application/json", content);
  const applied = await studio.call("apply_network", { parent, file }, { timeoutMs: 120_000 });
  assert.deepEqual([applied.created.length, applied.nodes.length, applied.more], [COUNT, 500, COUNT - 500]);
  const names = new Set<string>();
  let offset: number | null = 0;
  while (offset !== null) {
    const page: { nodes: { name: string }[]; next: number | null } = await studio.call("list_nodes", {
      parent,
      limit: 1_000,
      offset,
    });
    for (const { name } of page.nodes) names.add(name);
    offset = page.next;
  }
  assert.equal(names.size, COUNT);
  const { checked, total } = await studio.call("list_errors", { parent });
  assert.deepEqual([checked, total], [COUNT, 0]);
  await using states = await studio.states();
  await studio.call("undo");
  const update = await states.first();
  assert.ok(JSON.stringify(update).length < 200_000, "the state stays small");
  assert.equal((await studio.call("list_nodes", { parent })).total, 0);
});

Deno.test("a long command is cancelled between two of its pieces, and the next one runs", async () => {
  await using studio = await startTouchDesignerStudio();
  const nodes = Array.from({ length: 3_000 }, (_, n) => ({ name: `n${n}`, type: "levelTOP" }));
  const file = await studio.store("n.json", "application/json", new TextEncoder().encode(JSON.stringify({ nodes })));
  await studio.call("apply_network", { file }, { timeoutMs: 120_000 });
  const id = newId();
  const checking = studio.call("list_errors", {}, { id });
  checking.catch(() => {});
  await until(() => studio.bridge.status === "executing", "it runs");
  studio.cancel(id);
  await assert.rejects(checking, (error) => error instanceof PatchbayError && error.code === "CANCELLED");
  assert.equal((await studio.call("list_errors", { limit: 1 })).checked, 3_002);
});

Deno.test("letters of all kinds come and go unharmed: texts, tables, comments, channels, files, expressions", async () => {
  await using studio = await startTouchDesignerStudio();
  const words = "Žluťoučký кот 猫 𝄞 🎛️ \u202eשלום";
  await studio.call("create_node", { type: "textTOP", name: "title", parameters: { text: words } });
  const { parameters } = await studio.call("get_node", { node: "title", parameters: ["text"] });
  assert.equal(parameters[0]?.value, words);
  await studio.call("set_parameter", { node: "title", parameter: "text", expression: `'${words}'.upper()` });
  await studio.call("create_node", {
    type: "constantCHOP",
    name: "levels",
    parameters: { const0name: "lautstärke", const0value: 0.5 },
  });
  assert.deepEqual((await studio.call("watch_channels", { node: "levels" })).values, { lautstärke: 0.5 });
  await studio.call("create_node", { type: "textDAT", name: "note" });
  await studio.call("set_text", { node: "note", text: words });
  assert.equal((await studio.call("get_text", { node: "note" })).text, words);
  await studio.call("execute_python", { code: `op('/project1/note').comment = ${JSON.stringify(words)}` });
  assert.equal((await studio.call("get_node", { node: "note" })).comment, words);
  // half a character, as only a broken program makes it
  await studio.call("execute_python", { code: "op('/project1/note').comment = 'half \\ud83c here'" });
  assert.match((await studio.call("get_node", { node: "note" })).comment, /^half \ufffd here$/);
  for (const name of ["mein Knoten", "café", "a/b", "../x", "*"]) {
    await assert.rejects(
      studio.call("create_node", { type: "noiseTOP", name }),
      (error) => error instanceof PatchbayError && error.code === "INVALID_ARGUMENTS",
      name,
    );
  }
  await assert.rejects(
    studio.call("get_node", { node: "猫" }),
    (error: Error) => /no operator '猫'/.test(error.message),
  );
});
