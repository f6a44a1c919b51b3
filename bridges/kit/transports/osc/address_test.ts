import assert from "node:assert/strict";
import { isOscAddress, isOscPattern, matchesOscPattern } from "./address.ts";

for (
  const [pattern, address, matches] of [
    ["/live/song/get/tempo", "/live/song/get/tempo", true],
    ["/live/song/get/tempo", "/live/song/get/temp", false],
    ["/live/song/get/*", "/live/song/get/tempo", true],
    ["/live/*/get/tempo", "/live/song/get/tempo", true],
    ["/live/*", "/live/song/get", false],
    ["/*o*", "/tempo", true],
    ["/*o*p", "/tempo", false],
    ["/t?mpo", "/tempo", true],
    ["/t?mpo", "/tmpo", false],
    ["/track[0-3]", "/track2", true],
    ["/track[0-3]", "/track4", false],
    ["/track[!0-3]", "/track4", true],
    ["/{start,stop}_playing", "/stop_playing", true],
    ["/{start,stop}_playing", "/resume_playing", false],
    ["/{a,ab}c", "/abc", true],
    ["/[", "/[", true],
  ] as const
) {
  Deno.test(`${pattern} ${matches ? "matches" : "does not match"} ${address}`, () => {
    assert.equal(matchesOscPattern(pattern, address), matches);
  });
}

Deno.test("a pattern full of stars is matched without delay", () => {
  assert.equal(matchesOscPattern(`/${"*a".repeat(200)}b`, `/${"a".repeat(800)}`), false);
});

Deno.test("an address is printable ASCII without the characters of patterns", () => {
  assert.ok(isOscAddress("/live/song/get/tempo"));
  for (const address of ["/live/*", "/a#b", "/a,b", "/{a}", "/[a]", "/a?", "live", "/a b"]) {
    assert.ok(!isOscAddress(address), address);
  }
  assert.ok(isOscPattern("/live/*"));
  assert.ok(!isOscPattern("/live song"));
});
