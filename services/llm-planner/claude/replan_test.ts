import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { failedRun, problem } from "../testing/failed_run.ts";
import { world } from "../testing/worlds.ts";
import { claudeProvider } from "./provider.ts";
import { shapeOf } from "./shape.ts";
import { type Scene, startMessagesApiStandIn } from "./testing/messages_api_stand_in.ts";

const step = (id: string, command: string, args: Record<string, unknown>) => ({
  id,
  app: "workshop",
  bridge: "",
  command,
  args: JSON.stringify(args),
  dependsOn: [],
});
const answer = (...steps: unknown[]): Scene => ({ say: JSON.stringify({ steps, unclear: "" }) });

async function replan(scenes: Scene[]) {
  await using api = startMessagesApiStandIn(scenes);
  const provider = claudeProvider({ apiKey: "sk-test", model: "a-model", baseUrl: api.url, timeoutMs: 20_000 });
  const run = failedRun("claude");
  const made = await provider.replan!({
    ...world,
    run,
    failed: run.plan.steps[1]!,
    problem,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  return { made, asked: api.asked.map(({ messages }) => messages[0]?.content ?? "") };
}

const copy = step("n1", "copy_thing", { thing: { $ref: "s1.result.name" }, name: "Freed" });
const paint = step("n2", "paint_thing", { thing: { $ref: "n1.result.name" }, color: [1, 0, 0] });

Deno.test("the model is told what was done, what failed and what results look like; its steps go where the run was", async () => {
  const { made, asked: [asked = ""] } = await replan([answer(copy, paint)]);
  assert.deepEqual(made.steps.map(({ id, bridge, dependsOn }) => [id, bridge, dependsOn]), [
    ["n1", "ws-01", []],
    ["n2", "ws-01", []],
  ]);
  assert.equal(made.model, "a-model");
  assert.match(asked, /add a ball named Hero, move it to 1 2 3 and paint it red/);
  assert.match(asked, /"id":"s1".*"status":"succeeded","answered":\{"name":"text","type":"text","location":\["number"/);
  assert.doesNotMatch(asked, /Hero\.001/, "the results' contents stay in the studio");
  assert.match(asked, /<failed>\n.*"id":"s2".*nailed down \\u003cended>.*"nails":4/);
  assert.match(asked, /<given_up>\n.*"id":"s3"/);
});

Deno.test("steps under names that are taken are asked for again, all of them", async () => {
  const { made, asked } = await replan([
    answer(step("s1", "draw", {})),
    answer(step("s1", "draw", {}), copy),
    answer(copy),
  ]);
  assert.equal(asked.length, 3);
  assert.match(asked[2] ?? "", /step 's1' has ended \(duplicate\)[^]*the whole plan/);
  assert.deepEqual(made.steps.map(({ id }) => id), ["n1"]);
});

Deno.test("a model that knows no other way is believed", async () => {
  const none: Scene = { say: JSON.stringify({ steps: [], unclear: "nothing pulls nails" }) };
  await assert.rejects(replan([none]), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(error.code, "NOT_UNDERSTOOD");
    assert.match(error.message, /nothing pulls nails/);
    return true;
  });
});

Deno.test("a value's shape says its types and sizes, bounded, and not what it holds", () => {
  assert.deepEqual(shapeOf({ a: "secret", b: [1, 2], c: [], d: null, e: { f: true } }), {
    a: "text",
    b: ["number", "2 in all"],
    c: [],
    d: "null",
    e: { f: "boolean" },
  });
  const wide = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]));
  assert.equal(Object.keys(shapeOf(wide) as object).length, 41);
  let deep: unknown = 1;
  for (let i = 0; i < 100; i++) deep = { deep };
  assert.ok(JSON.stringify(shapeOf(deep)).length < 100);
});
