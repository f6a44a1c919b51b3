import assert from "node:assert/strict";
import { countJunit } from "./junit.ts";

Deno.test("a report's cases are counted by outcome", () => {
  const xml = `<testsuites tests="4"><testsuite name="a">
    <testcase name="one &gt; two" classname="x"></testcase>
    <testcase name="self-closed" line="1"/>
    <testcase name="broken"><failure message="no">text</failure></testcase>
    <testcase name="left > out"><skipped/></testcase>
  </testsuite></testsuites>`;
  assert.deepEqual(countJunit(xml), { passed: 2, failed: 1, skipped: 1, skippedNames: ["left > out"] });
});
