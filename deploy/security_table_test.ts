import assert from "node:assert/strict";
import { SECURITY_PAGE, withPermissionTable } from "./security_table.ts";

Deno.test("docs/security.md has the permission table as it is: else run deploy/security_table.ts", async () => {
  const page = await Deno.readTextFile(SECURITY_PAGE);
  assert.equal(page, withPermissionTable(page));
});
