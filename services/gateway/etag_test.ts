import assert from "node:assert/strict";
import { matchesEtag } from "./etag.ts";

Deno.test("a tag matches among several, weak or strong, and by the star", () => {
  for (const header of ['"a"', '"x", "a"', 'W/"a"', "*"]) assert.ok(matchesEtag(header, '"a"'), header);
  for (const header of [null, "", '"b"', "a", '"aa"']) assert.ok(!matchesEtag(header, '"a"'), String(header));
});
