import assert from "node:assert/strict";
import type { BridgeDefinition, Found } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { gatherBridges, type GatherOptions } from "./gather.ts";

const application = (app: string, found?: Found): BridgeDefinition => ({
  app,
  title: app.toUpperCase(),
  start: () => Promise.reject(new Error("not today")),
  ...(found === undefined ? {} : { find: () => Promise.resolve(found) }),
});
const here = application("paint", { found: true, what: "Paint at /usr/bin/paint" });
const away = application("sculpt", { found: false, what: "Cannot find Sculpt", remedy: "Install Sculpt." });
const unknown = application("wire");

async function gather(over: Partial<GatherOptions> = {}) {
  const said: string[] = [];
  const assignments = await gatherBridges({
    applications: [here, away, unknown],
    more: [],
    simulate: false,
    access: { server: "nats://studio", credentials: [], id: "ws-07" },
    say: (line) => said.push(line),
    signal: new AbortController().signal,
    ...over,
  });
  return { said, addresses: assignments.map(({ address }) => address) };
}

const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;

Deno.test("what is found gets a bridge, and what is not is said with what to do", async () => {
  const { said, addresses } = await gather();
  assert.deepEqual(addresses, ["paint.ws-07"]);
  assert.deepEqual(said, [
    "✓ Paint at /usr/bin/paint: paint.ws-07",
    "· Cannot find Sculpt. Install Sculpt.",
    "· WIRE is started where it is named",
  ]);
});

Deno.test("with simulators everything gets a bridge, but what was left out", async () => {
  assert.deepEqual((await gather({ simulate: true })).addresses, ["paint.ws-07", "sculpt.ws-07", "wire.ws-07"]);
  assert.deepEqual((await gather({ simulate: true, except: ["paint"] })).addresses, ["sculpt.ws-07", "wire.ws-07"]);
  assert.deepEqual((await gather({ simulate: true, only: ["wire"] })).addresses, ["wire.ws-07"]);
});

Deno.test("no simulator stands in for a kind of application before one of them is named", async () => {
  const kind = { ...application("any", { found: true, what: "Any" }), from: () => Promise.resolve(here) };
  const { said, addresses } = await gather({ simulate: true, applications: [here, kind] });
  assert.deepEqual(addresses, ["paint.ws-07"]);
  assert.equal(said.at(-1), "· ANY is started where it is named");
  const real = await gather({ applications: [here, kind] });
  assert.deepEqual([real.addresses, real.said.at(-1)], [["paint.ws-07"], "· Any"]);
});

Deno.test("what is found but let in by nobody is said, and the others start", async () => {
  const credentials = [{ path: "s.creds", app: "sculpt", bridge: "ws-07", namesServer: true }];
  const { said, addresses } = await gather({ simulate: true, access: { credentials } });
  assert.deepEqual(addresses, ["sculpt.ws-07"]);
  assert.match(said[0] ?? "", /^✗ PAINT, simulated\. No credentials for paint/);
});

Deno.test("a machine without anything to start is refused, and so is an application that there is not", async () => {
  await assert.rejects(gather({ applications: [away] }), code("APP_NOT_FOUND"));
  await assert.rejects(gather({ only: ["pant"] }), code("UNKNOWN_APP"));
  await assert.rejects(gather({ except: ["pant"] }), code("UNKNOWN_APP"));
});
