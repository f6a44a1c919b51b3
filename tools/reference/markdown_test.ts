import assert from "node:assert/strict";
import { anchorsOf, table } from "./markdown.ts";

Deno.test("a cell of a table may hold bars and line breaks", () => {
  assert.equal(table(["a"], [["x | y\n  z"]]), "| a |\n|---|\n| x \\| y z |");
});

Deno.test("headings get the anchors that GitHub gives them", () => {
  const page =
    "# Who may, do `this`?\n\n```sh\n# no heading\n```\n\n## set_key\n\n## Set_key\n\n## [A link](x.md) here\n";
  assert.deepEqual(anchorsOf(page), ["who-may-do-this", "set_key", "set_key-1", "a-link-here"]);
});
