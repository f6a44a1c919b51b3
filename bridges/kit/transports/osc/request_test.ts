import assert from "node:assert/strict";
import { sameValue } from "./argument.ts";
import { isVerified, keyOf, questionOf, repeatsIds } from "./request.ts";
import { timeOf, timeTag } from "./time_tag.ts";

Deno.test("an answer repeats the address and the ids, whatever follows", () => {
  const question = questionOf("/live/clip/get/notes", { args: [1, 2, 0, 128], ids: 2, reply: undefined });
  assert.ok(repeatsIds(question, { address: "/live/clip/get/notes", args: [1, 2, 60, 0.5] }));
  assert.ok(!repeatsIds(question, { address: "/live/clip/get/notes", args: [1, 3, 60, 0.5] }));
  assert.ok(!repeatsIds(question, { address: "/live/clip/get/notes", args: [1] }));
  assert.ok(!repeatsIds(question, { address: "/live/clip/get/name", args: [1, 2, "x"] }));
});

Deno.test("an answer may begin with what was not asked: the address that it is about", () => {
  const question = questionOf("/b_alloc", { args: [3, 1024], ids: ["/b_alloc", 3], reply: "/done" });
  assert.ok(repeatsIds(question, { address: "/done", args: ["/b_alloc", 3] }));
  assert.ok(!repeatsIds(question, { address: "/done", args: ["/b_alloc", 4] }));
  assert.ok(!repeatsIds(question, { address: "/done", args: ["/d_recv"] }));
});

Deno.test("questions that differ in their ids can be asked at once, others can not", () => {
  const key = (...args: number[]) =>
    keyOf(questionOf("/live/track/get/volume", { args, ids: undefined, reply: undefined }));
  assert.equal(key(1), key(1));
  assert.notEqual(key(1), key(2));
});

Deno.test("a 32-bit float is verified by its digits, a boolean by its number", () => {
  assert.ok(sameValue(0.1, Math.fround(0.1)));
  assert.ok(sameValue(true, 1));
  assert.ok(sameValue(2n ** 40n, 2 ** 40));
  assert.ok(!sameValue(0.1, 0.1001));
  assert.ok(!sameValue("1", 1));
  assert.ok(isVerified([0.85], [0.8500000238418579, "more"]));
  assert.ok(!isVerified([0.85, 1], [0.85]));
  assert.ok(isVerified(([count]) => Number(count) > 3, [4]));
});

Deno.test("a time tag is the same time again, also after 2036", () => {
  for (const at of [Date.UTC(2026, 0, 1), Date.UTC(2036, 1, 7, 6, 28, 16), Date.UTC(2040, 5, 1), 1_790_000_000_123.5]) {
    assert.ok(Math.abs(timeOf(timeTag(at))! - at) < 0.001, `${at}`);
  }
  assert.equal(timeOf(1n), undefined);
  // 1 January 1970 in NTP's seconds, by RFC 5905
  assert.equal(timeTag(0) >> 32n, 2_208_988_800n);
});
