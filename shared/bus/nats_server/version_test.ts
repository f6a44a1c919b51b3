import assert from "node:assert/strict";
import { isOldVersion, parseVersion } from "./version.ts";

const outputs: [string, string | undefined][] = [
  ["nats-server: v2.15.1", "2.15.1"],
  ["nats-server version 2.9.10", "2.9.10"],
  ["nats-server: v2.12.0-RC.3", "2.12.0"],
  ["command not found", undefined],
  ["", undefined],
];
for (const [output, version] of outputs) {
  Deno.test(`'${output}' says version ${version}`, () => assert.equal(parseVersion(output), version));
}

const ages: [string, boolean][] = [["1.99.0", true], ["2.9.10", true], ["2.10.99", true], ["2.11.0", false], [
  "3.0.0",
  false,
]];
for (const [version, old] of ages) {
  Deno.test(`${version} is ${old ? "too old" : "new enough"}`, () => assert.equal(isOldVersion(version), old));
}
