import assert from "node:assert/strict";
import { openBucket, publish } from "@patchbay/bus";
import { envelope, ManifestDocument, manifestDocument, newId, type Result, subjects } from "@patchbay/contracts";
import { ResultFeed } from "./execution/result_feed.ts";
import { isUnderItsAddress } from "./own_address.ts";
import { ask, counter, planOf, startBus, startCounter, startStudio, step } from "./testing/counter_studio.ts";

Deno.test("a result or an event counts under the address of its own bridge only", () => {
  const at = { app: "counter", bridge: "ws-01" };
  assert.equal(isUnderItsAddress(subjects.event("counter", "ws-01", "counted"), at), true);
  assert.equal(isUnderItsAddress(subjects.result("counter", "ws-01", "add"), at), true);
  assert.equal(isUnderItsAddress(subjects.event("counter", "ws-02", "counted"), at), false);
  assert.equal(isUnderItsAddress(subjects.result("evil", "ws-01", "add"), at), false);
  assert.equal(isUnderItsAddress("patchbay.v1.state.counter.ws-01", at), false);
});

Deno.test("a bridge that speaks for another one is not heard", async () => {
  await using studio = await startBus();
  const { bus } = studio;
  await using feed = await ResultFeed.start(bus, new AbortController().signal);
  const commandId = newId();
  const heard = Promise.withResolvers<unknown>();
  using _listening = feed.listen(commandId, (result) => heard.resolve(result.ok && result.value));
  const say = (app: string, value: string) => {
    const of = { commandId, app: "counter", bridge: "ws-01", command: "add", startedAt: 1, durationMs: 1 };
    const payload: Result = { ...of, ok: true, value };
    return publish(bus, subjects.result(app, "ws-01", "add"), envelope({ type: "result", payload, source: "test" }));
  };
  await say("evil", "a lie");
  await say("counter", "the truth");
  assert.equal(await heard.promise, "the truth");
  const step = { app: "counter", command: "add" };
  const { signal } = new AbortController();
  const found = await feed.find({ step, bridge: "ws-01" }, { commandId, after: 0, signal });
  assert.equal(found?.ok && found.value, "the truth");
});

Deno.test("no other bridge makes a command harmless: neither of another application, nor of the same", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _counter = await startCounter(bus);
  const honest = manifestDocument(counter);
  const harmless = { ...honest, commands: { ...honest.commands, add: { ...honest.commands["add"]!, effect: "read" } } };
  const manifests = await openBucket(bus, "manifests", ManifestDocument);
  await manifests.put("evil.ws-01", ManifestDocument.parse(harmless));
  await manifests.put("counter.ws-66", ManifestDocument.parse(harmless));
  const plan = planOf(step("s1", "add"));
  // kept only once all that stands in the bucket is known
  await ask(bus, "save_plan", { plan: { ...plan, steps: [step("s1", "add", { bridge: "ws-66" })] } });
  await ask(bus, "save_plan", { plan });
  const { steps } = await ask(bus, "approval", { planId: plan.id });
  assert.deepEqual(steps.map(({ effect }) => effect), ["write"]);
});
