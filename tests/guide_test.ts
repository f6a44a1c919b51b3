import assert from "node:assert/strict";
import { guideSteps, missingLine } from "./guide.ts";

Deno.test("a guide is taken apart into commands, what they show, and changes of files", () => {
  const fence = "```";
  const page = [
    `${fence}sh\nls\n${fence}\nwhich shows\n${fence}text\na.txt\n${fence}`,
    `${fence}diff\n--- a.txt\n+++ a.txt\n one\n-two\n+three\n${fence}`,
    `${fence}ts\nnot run\n${fence}`,
  ].join("\n");
  assert.deepEqual(guideSteps(page), [
    { kind: "sh", text: "ls\n", shows: ["a.txt"] },
    { kind: "diff", file: "a.txt", before: "one\ntwo", after: "one\nthree" },
  ]);
});

Deno.test("what a guide promises has to be printed, in its order; … stands for anything", () => {
  const printed = ["Wrote ./lamp: a, b", "Added it", "ok (3ms)"];
  assert.equal(missingLine(["Wrote …: a", "ok"], printed), undefined);
  assert.equal(missingLine(["ok", "Wrote"], printed), "Wrote");
  assert.equal(missingLine(["Removed"], printed), "Removed");
});
