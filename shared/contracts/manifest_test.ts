import assert from "node:assert/strict";
import { z } from "zod";
import { command, defineApp, query } from "./manifest.ts";
import { commandOf } from "./command_of.ts";
import { ManifestDocument, manifestDocument } from "./manifest_document.ts";
import { BridgeAddress, formatAddress, parseAddress } from "./names.ts";

const counter = defineApp({
  app: "counter",
  title: "Counter",
  version: "1.0.0",
  state: z.object({ count: z.number() }),
  commands: {
    increment: command({
      summary: "Adds.",
      args: z.object({ by: z.number().default(1) }),
      result: z.object({ count: z.number() }),
      undo: { command: "increment" },
    }),
    get: query({ summary: "Reads.", args: z.object({}), result: z.object({ count: z.number() }) }),
  },
});

Deno.test("a manifest travels as JSON and says the same on the other side", () => {
  const document = manifestDocument(counter);
  assert.deepEqual(ManifestDocument.parse(JSON.parse(JSON.stringify(document))), document);
  assert.deepEqual(
    document.commands["increment"]?.args["required"],
    undefined,
    "an argument with a default may be left out",
  );
});

Deno.test("a query reads and may be repeated; a command writes and may not", () => {
  const { get, increment } = counter.commands;
  assert.deepEqual([get.kind, get.effect, get.idempotent, get.undo], ["query", "read", true, "none"]);
  assert.deepEqual([increment.kind, increment.effect, increment.idempotent], ["execute", "write", false]);
});

Deno.test("a manifest with a name that fits no subject, or an inverse that is not there, is refused", () => {
  const base = { ...counter, commands: {} };
  assert.throws(() => defineApp({ ...base, app: "Blender.1" }), TypeError);
  assert.throws(() => defineApp({ ...base, events: { "a.b": { summary: "", schema: z.any() } } }), TypeError);
  const undone = command({ summary: "", args: z.object({}), result: z.null(), undo: { command: "toString" } });
  assert.throws(() => defineApp({ ...base, commands: { undone } }), TypeError);
});

Deno.test("a command is found by its own name only", () => {
  const manifests = new Map([["counter", manifestDocument(counter)]]);
  assert.equal(commandOf({ app: "counter", command: "get" }, manifests)?.kind, "query");
  assert.equal(commandOf({ app: "counter", command: "constructor" }, manifests), undefined);
});

Deno.test("an address is an application and a bridge, or any bridge", () => {
  for (const address of ["blender.ws-07", "blender.any"]) assert.equal(BridgeAddress.parse(address), address);
  for (const address of ["blender", "blender.", ".ws", "blender.ws.07", "blender.ws 07", "Blender.x"]) {
    assert.equal(BridgeAddress.safeParse(address).success, false, address);
  }
  assert.deepEqual(parseAddress("blender.ws-07"), { app: "blender", bridge: "ws-07" });
  assert.equal(formatAddress({ app: "blender", bridge: "ws-07" }), "blender.ws-07");
});
