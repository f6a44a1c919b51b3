import assert from "node:assert/strict";
import { checkImports, importsOf, partOf } from "./import_direction.ts";

const members = new Map([
  ["@patchbay/contracts", "shared/contracts"],
  ["@patchbay/bus", "shared/bus"],
  ["@patchbay/testing", "shared/testing"],
  ["@patchbay/conductor", "services/conductor"],
]);
const check = (files: Record<string, string>) =>
  checkImports(Object.entries(files).map(([path, text]) => ({ path, text })), members);

Deno.test("an import along the arrow passes", () => {
  assert.deepEqual(check({ "services/gateway/mod.ts": `import { x } from "@patchbay/bus/nats-server";` }), []);
});

Deno.test("a reversed arrow is reported with both files", () => {
  const [violation] = check({ "shared/contracts/mod.ts": `export * from "@patchbay/bus";` });
  assert.equal(violation?.kind, "reversed arrow");
  assert.match(violation.message, /shared\/contracts\/mod\.ts imports shared\/bus\/mod\.ts/);
});

Deno.test("a reversed arrow by a relative path is reported too", () => {
  assert.equal(check({ "shared/bus/a.ts": `import type { B } from "../../services/gateway/b.ts";` }).length, 1);
});

Deno.test("a service that imports another service is reported", () => {
  assert.equal(check({ "services/gateway/a.ts": `const c = await import("@patchbay/conductor");` }).length, 1);
});

Deno.test("only a test may import the fixtures", () => {
  const text = `import { startTestNats } from "@patchbay/testing";`;
  assert.deepEqual(check({ "services/gateway/a_test.ts": text }), []);
  assert.deepEqual(check({ "services/gateway/testing/a.ts": text }), []);
  assert.equal(check({ "services/gateway/a.ts": text }).length, 1);
});

Deno.test("what tests share is imported by tests only", () => {
  const fixture = { "services/gateway/testing/a.ts": "" };
  assert.deepEqual(check({ ...fixture, "services/gateway/a_test.ts": `import "./testing/a.ts";` }), []);
  assert.equal(check({ ...fixture, "services/gateway/a.ts": `import "./testing/a.ts";` }).length, 1);
});

Deno.test("nothing imports tests", () => {
  assert.equal(check({ "cli/a.ts": `import "../tests/b.ts";` }).length, 1);
});

Deno.test("a part without a rule is reported", () => {
  assert.equal(check({ "extras/a.ts": `import "@patchbay/bus";` })[0]?.kind, "unknown part");
});

Deno.test("a circle of files is reported as its path", () => {
  const violations = check({
    "shared/bus/a.ts": `import "./b.ts";`,
    "shared/bus/b.ts": `import { type C } from "./c.ts";`,
    "shared/bus/c.ts": `export { a } from "./a.ts";`,
  });
  assert.deepEqual(violations, [{
    kind: "circle",
    message: "shared/bus/a.ts -> shared/bus/b.ts -> shared/bus/c.ts -> shared/bus/a.ts",
  }]);
});

Deno.test("two ways to one file are no circle", () => {
  const files = { "cli/a.ts": `import "./b.ts";\nimport "./c.ts";`, "cli/b.ts": `import "./c.ts";`, "cli/c.ts": "" };
  assert.deepEqual(check(files), []);
});

Deno.test("imports in comments do not count, over several lines they do", () => {
  const text = `// import "a";\n/* import "b"; */\nimport {\n  x,\n} from "c";\nexport const from = "d";\n`;
  assert.deepEqual(importsOf(text), ["c"]);
});

Deno.test("a file belongs to its workspace member", () => {
  assert.equal(partOf("bridges/kit/app_link/mod.ts"), "bridges/kit");
  assert.equal(partOf("cli/main.ts"), "cli");
});
