import assert from "node:assert/strict";
import type { BridgeDefinition, Found } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { chooseBridges, type ChooseOptions, type Wanted } from "./choose_bridges.ts";

const looksFor = (found: Found, more: Partial<BridgeDefinition> = {}): BridgeDefinition => ({
  app: "painter",
  title: "Painter",
  find: () => Promise.resolve(found),
  start: () => Promise.reject(new Error("nobody starts it here")),
  ...more,
});

const found = { found: true, what: "Painter at /opt/painter" };
const missing = { found: false, what: "Cannot find Painter", remedy: "Install it." };

async function choose(
  wanted: readonly Wanted[],
  applications: readonly BridgeDefinition[],
  options: Partial<ChooseOptions> = {},
) {
  const said: string[] = [];
  const chosen = await chooseBridges(wanted, applications, {
    mode: "background",
    say: (line) => said.push(line),
    signal: new AbortController().signal,
    ...options,
  });
  return { said, chosen: chosen.map(({ definition, mode }) => `${definition.app} ${mode}`) };
}

const named = (definition: BridgeDefinition, options: Partial<ChooseOptions> = {}) =>
  choose([{ definition }], [definition], options);

Deno.test("an application that is found is started as asked, and one that needs its window is waited for", async () => {
  const { said, chosen } = await named(looksFor(found));
  assert.deepEqual([said, chosen], [["Painter at /opt/painter, in the background."], ["painter background"]]);
  const toConnect = "start Painter";
  const windowed = await named(looksFor(found, { needsWindow: true, toConnect }));
  assert.deepEqual(windowed.said, ["Painter at /opt/painter. Its bridge waits for it: start Painter."]);
  assert.deepEqual(windowed.chosen, ["painter interface"]);
  assert.deepEqual((await named(looksFor(found), { mode: "interface" })).chosen, ["painter interface"]);
});

Deno.test("a simulator stands in for an application that was named and is not found, unless it has to be real", async () => {
  const { said, chosen } = await named(looksFor(missing));
  assert.deepEqual(chosen, ["painter simulator"]);
  assert.deepEqual(said, ["Cannot find Painter: the Painter simulator stands in. Install it."]);
  await assert.rejects(
    choose([{ definition: looksFor(missing), real: true }], []),
    (error) => error instanceof PatchbayError && error.code === "APP_NOT_FOUND" && error.remedy === "Install it.",
  );
});

Deno.test("who asks for simulators gets those that are named, without a look around", async () => {
  const find = () => Promise.reject(new Error("it was looked for"));
  const painter = looksFor(found, { find });
  const { chosen } = await choose([{ definition: painter }], [painter, looksFor(found, { app: "sculptor", find })], {
    mode: "simulator",
  });
  assert.deepEqual(chosen, ["painter simulator"]);
});

Deno.test("an application that nobody can look for is taken to be there when it is named", async () => {
  const { find: _find, ...unseen } = looksFor(found);
  assert.deepEqual(await named(unseen), { chosen: ["painter background"], said: [] });
  assert.deepEqual((await choose([], [unseen])).chosen, []);
});

Deno.test("what is found without being named gets a bridge, after a look at files only; what is not found is not told", async () => {
  const asked: unknown[] = [];
  const painter = looksFor(found, {
    find(options) {
      asked.push(options?.quietly);
      return Promise.resolve(found);
    },
  });
  const absent = looksFor(missing, { app: "sculptor" });
  assert.deepEqual(await choose([], [painter, absent]), {
    chosen: ["painter background"],
    said: ["Painter at /opt/painter, in the background."],
  });
  assert.deepEqual(asked, [true]);
  // named once more, it is started once
  assert.deepEqual((await choose([{ definition: painter }], [painter])).chosen, ["painter background"]);
});

Deno.test("an application without what runs inside it gets a bridge that waits, and the line says how to install that", async () => {
  const remedy = "Install it: `patchbay install painter`.";
  const bare = { found: false, incomplete: true, what: "Painter in /opt, without the add-on", remedy };
  assert.deepEqual(await choose([], [looksFor(bare, { needsWindow: true, toConnect: "start Painter" })]), {
    chosen: ["painter interface"],
    said: [`Painter in /opt, without the add-on. ${remedy}`],
  });
});

Deno.test("of applications of a kind none is started before it is named which", async () => {
  assert.deepEqual((await choose([], [looksFor(found, { from: () => Promise.reject(new Error()) })])).chosen, []);
});
