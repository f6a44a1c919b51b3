import assert from "node:assert/strict";
import { blender } from "@patchbay/bridge-blender";
import { ERRORS } from "@patchbay/contracts";
import { blenderReference } from "./blender.ts";
import { errorReference } from "./errors.ts";
import { references, staleReferences } from "./mod.ts";

Deno.test("docs/reference says what the code says", async () => {
  assert.deepEqual(await staleReferences(), [], "docs/reference is stale: run `deno task build`");
});

Deno.test("the same code gives the same bytes", async () => {
  assert.deepEqual(await references(), await references());
});

Deno.test("the pages leave out no command, event or error", () => {
  const page = blenderReference();
  for (const name of Object.keys(blender.commands)) assert.equal(page.split(`\n### ${name}\n`).length, 2, name);
  for (const name of Object.keys(blender.events)) assert.ok(page.includes(`| \`${name}\` |`), name);
  const errors = errorReference();
  for (const name of Object.keys(ERRORS)) assert.equal(errors.split(`</a>\`${name}\` |`).length, 2, name);
});
