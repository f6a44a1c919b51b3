import assert from "node:assert/strict";
import { newId } from "@patchbay/contracts";
import { currentCorrelationId, withCorrelation } from "./correlation.ts";
import { configureLogging, logger, type LoggingOptions } from "./logging.ts";

async function captured(options: LoggingOptions, act: () => unknown): Promise<string[]> {
  const lines: string[] = [];
  await using _logging = await configureLogging({ ...options, write: (line) => lines.push(line) });
  await act();
  return lines;
}

Deno.test("a record is one line of JSON with time, level, logger, message and fields", async () => {
  const [line = ""] = await captured(
    {},
    () => logger(["gateway", "http"]).info("{method} took {ms}", { method: "GET", ms: 3 }),
  );
  const { time, ...rest } = JSON.parse(line);
  assert.match(time, /^\d{4}-\d\d-\d\dT/);
  assert.ok(line.endsWith("}\n") && !line.slice(0, -1).includes("\n"));
  assert.deepEqual(rest, {
    level: "info",
    logger: "patchbay.gateway.http",
    message: "GET took 3",
    method: "GET",
    ms: 3,
  });
});

Deno.test("every line within a correlation carries its id, also after awaits", async () => {
  const [outer, inner] = [newId(), newId()];
  const lines = await captured({}, () =>
    withCorrelation(outer, async () => {
      logger("a").info("one");
      await Promise.resolve();
      withCorrelation(inner, () => logger("b").info("two"));
      logger("a").info("three");
    }));
  assert.deepEqual(lines.map((line) => JSON.parse(line).correlationId), [outer, inner, outer]);
});

Deno.test("two correlations at once do not mix", async () => {
  const ids = [newId(), newId(), newId()];
  const seen = await Promise.all(ids.map((id) =>
    withCorrelation(id, async () => {
      await Promise.resolve();
      return currentCorrelationId();
    })
  ));
  assert.deepEqual(seen, ids);
  assert.equal(currentCorrelationId(), undefined);
});

Deno.test("lines below the level are not written", async () => {
  const lines = await captured({ level: "warning" }, () => {
    logger("a").info("no");
    logger("a").warn("yes");
  });
  assert.deepEqual(lines.map((line) => JSON.parse(line).message), ["yes"]);
});

Deno.test("secrets in fields and in the message are redacted", async () => {
  const [line = ""] = await captured({}, () => logger("a").info("to {url}", { url: "nats://u:p@h", password: "x" }));
  assert.ok(!line.includes("u:p") && !line.includes('"x"'), line);
});

Deno.test("a line feed in a value does not make a second line", async () => {
  const [line = ""] = await captured({}, () => logger("a").info("a {b}", { b: '1\n{"level":"fatal"}' }));
  assert.equal(line.trimEnd().split("\n").length, 1);
});

Deno.test("the pretty format is for people", async () => {
  const [line = ""] = await captured({ format: "pretty" }, () => logger("gateway").warn("slow", { ms: 3 }));
  assert.match(line, /^\d\d:\d\d:\d\d\.\d{3} warning gateway: slow ms=3\n$/);
});

Deno.test("a person is not told a value twice, a program gets each as a field", async () => {
  const act = () => logger("bus").warn("waiting for {server}", { server: "studio.local", attempt: 2 });
  const [line = ""] = await captured({ format: "pretty" }, act);
  assert.match(line, /bus: waiting for studio\.local attempt=2\n$/);
  assert.equal(JSON.parse((await captured({}, act))[0] ?? "").server, "studio.local");
});

Deno.test("an error is one short text for people, and whole for programs", async () => {
  const act = () => logger("gateway").error("Broken: {error}", { error: new TypeError("x is not a function") });
  const [line = ""] = await captured({ format: "pretty" }, act);
  assert.match(line, /gateway: Broken: x is not a function\n$/);
  const { message, error } = JSON.parse((await captured({}, act))[0] ?? "");
  assert.equal(message, "Broken: x is not a function");
  assert.match(error.stack, /logging_test/);
});

Deno.test("a file gets JSON lines too, and rotates", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/studio.log`;
  await captured({ format: "pretty", file, maxFileBytes: 400, maxFiles: 2 }, () => {
    for (let i = 0; i < 10; i++) logger("a").info("line {i}", { i });
  });
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  assert.deepEqual(names, ["studio.log", "studio.log.1", "studio.log.2"]);
  const last = (await Deno.readTextFile(file)).trimEnd().split("\n").at(-1) ?? "";
  assert.equal(JSON.parse(last).message, "line 9");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("without a configuration, logging is silent", () => {
  logger("a").error("nobody hears this");
});

Deno.test("what a stranger says is one line for a person, and cannot steer the terminal", async () => {
  const evil = "a\n12:00:00.000 error   gateway: forged\u001b[2J\u009b1A";
  const [line = "", ...others] = await captured({ format: "pretty" }, () => logger("a").info("{evil}", { evil }));
  assert.deepEqual(others, []);
  assert.doesNotMatch(line.slice(0, -1), /\p{Cc}/u);
  assert.match(line, /forged\\u001b\[2J\\u009b1A/);
});
