import assert from "node:assert/strict";
import type { BridgeDefinition, Found } from "@patchbay/bridge-kit";
import { chooseMode, type ChooseOptions } from "./stand_in.ts";

const looksFor = (found: Found, more: Partial<BridgeDefinition> = {}): BridgeDefinition => ({
  app: "painter",
  title: "Painter",
  find: () => Promise.resolve(found),
  start: () => Promise.reject(new Error("nobody starts it here")),
  ...more,
});

async function choose(definition: BridgeDefinition, options: Partial<ChooseOptions> = {}) {
  const said: string[] = [];
  const mode = await chooseMode({ definition }, {
    simulate: false,
    mode: "background",
    say: (line) => said.push(line),
    signal: new AbortController().signal,
    ...options,
  });
  return { mode, said: said.join("\n") };
}

Deno.test("an application that is found is started as asked, and one that needs its window is waited for", async () => {
  const found = { found: true, what: "Painter at /opt/painter" };
  assert.deepEqual(await choose(looksFor(found)), { mode: "background", said: "Painter at /opt/painter." });
  assert.equal((await choose(looksFor(found), { mode: "interface" })).mode, "interface");
  assert.equal((await choose(looksFor(found, { needsWindow: true }))).mode, "interface");
});

Deno.test("a simulator stands in for an application that is not found, and it is said what to do", async () => {
  const { mode, said } = await choose(looksFor({ found: false, what: "Cannot find Painter", remedy: "Install it." }));
  assert.equal(mode, "simulator");
  assert.equal(said, "Cannot find Painter: the Painter simulator stands in. Install it.");
});

Deno.test("who asks for simulators gets them without a look around", async () => {
  const find = () => Promise.reject(new Error("it was looked for"));
  assert.equal((await choose(looksFor({ found: true, what: "" }, { find }), { simulate: true })).mode, "simulator");
});

Deno.test("an application that nobody can look for is taken to be there", async () => {
  const { find: _find, ...unseen } = looksFor({ found: true, what: "" });
  assert.deepEqual(await choose(unseen), { mode: "background", said: "" });
});
