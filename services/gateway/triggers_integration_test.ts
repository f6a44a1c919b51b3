import assert from "node:assert/strict";
import { ConflictError, PatchbayError, type Trigger, type TriggerRecord } from "@patchbay/contracts";
import { migrate } from "@patchbay/bus";
import { startTestNats } from "@patchbay/testing";
import { startCounter } from "./testing/counter.ts";
import { startServiceDouble } from "./testing/services.ts";
import { startTestGateway, type TestGateway } from "./testing/studio.ts";

const trigger = {
  id: "count",
  when: { app: "counter", event: "counted" },
  then: { app: "counter", command: "increment" },
};

/** A gateway before a conductor that keeps triggers in memory. */
async function startStudio(): Promise<AsyncDisposable & TestGateway> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus);
  stack.use(await startCounter(bus));
  const kept = new Map<string, TriggerRecord>();
  let revision = 0;
  const found = (id: string) => {
    const record = kept.get(id);
    if (record === undefined) throw new PatchbayError("NOT_FOUND", `Cannot find trigger '${id}': there is none`);
    return record;
  };
  const expect = (id: string, seen: number | undefined) => {
    if (seen === undefined || seen === (kept.get(id)?.revision ?? 0)) return;
    throw new ConflictError("CONFLICT", `Cannot change trigger '${id}'`);
  };
  stack.use(
    await startServiceDouble(bus, "conductor", {
      triggers: () => ({ triggers: [...kept.values()] }),
      trigger: ({ id }) => found(id),
      put_trigger: ({ trigger, revision: seen }: { trigger: Trigger; revision?: number }) => {
        expect(trigger.id, seen);
        const record = { trigger, revision: ++revision };
        kept.set(trigger.id, record);
        return record;
      },
      delete_trigger: ({ id, revision: seen }) => {
        expect(id, seen);
        found(id);
        kept.delete(id);
        return {};
      },
      firings: ({ id, limit }) => {
        const { trigger } = found(id);
        const firing = { id: "01893c5e-0000-7000-8000-000000000000", triggerId: trigger.id, at: 1, reason: "counted" };
        return { firings: Array.from({ length: Math.min(limit, 3) }, () => ({ ...firing, outcome: "started" })) };
      },
    }),
  );
  const gateway = stack.use(await startTestGateway(bus, { migrated: true }));
  const parts = stack.move();
  return { ...gateway, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

Deno.test("a trigger is put, changed, paused, looked at and deleted, each with the revision that the caller has seen", async () => {
  await using studio = await startStudio();
  const { ask } = studio;
  const created = await ask("/v1/triggers/count", {
    method: "PUT",
    json: trigger,
    headers: { "if-none-match": "*" },
  });
  assert.equal(created.status, 200);
  const etag = created.headers.get("etag")!;
  const again = await ask("/v1/triggers/count", { method: "PUT", json: trigger, headers: { "if-none-match": "*" } });
  assert.equal(again.status, 412);
  const changed = await ask("/v1/triggers/count", {
    method: "PATCH",
    json: { title: "Counts on" },
    headers: { "if-match": etag },
  });
  assert.equal((await changed.json()).trigger.title, "Counts on");
  const late = await ask("/v1/triggers/count", { method: "PUT", json: trigger, headers: { "if-match": etag } });
  assert.equal(late.status, 412);
  const paused = await (await ask("/v1/triggers/count", { method: "PATCH", json: { paused: true } })).json();
  assert.deepEqual([paused.trigger.paused, paused.trigger.title], [true, "Counts on"]);
  assert.equal((await (await ask("/v1/triggers")).json()).triggers.length, 1);
  assert.equal((await (await ask("/v1/triggers/count/firings?limit=2")).json()).firings.length, 2);
  const renamed = await ask("/v1/triggers/count", { method: "PUT", json: { ...trigger, id: "other" } });
  assert.equal(renamed.status, 400);
  assert.equal((await ask("/v1/triggers/count", { method: "DELETE" })).status, 204);
  assert.equal((await ask("/v1/triggers/count")).status, 404);
  const made = await ask("/v1/triggers", { method: "POST", json: trigger });
  assert.equal(made.headers.get("location"), "/v1/triggers/count");
  await made.body?.cancel();
});

Deno.test("a trigger belongs to the key that puts it, and does no more than that key may", async () => {
  await using studio = await startStudio();
  const { ask } = studio;
  const forged = { ...trigger, owner: { key: "someone", name: "else", effects: ["open"] } };
  const { trigger: kept } = await (await ask("/v1/triggers/count", { method: "PUT", json: forged, scopes: ["write"] }))
    .json();
  assert.equal(kept.owner.name, "write");
  assert.deepEqual(kept.owner.effects, ["write"]);
  const reader = await ask("/v1/triggers/count", { method: "PUT", json: trigger, scopes: ["read"] });
  assert.equal(reader.status, 403);
  const reset = { ...trigger, then: { app: "counter", command: "reset" } };
  const refused = await ask("/v1/triggers/count", { method: "PUT", json: reset, scopes: ["write"] });
  assert.equal(refused.status, 403);
  assert.equal((await refused.json()).context.scope, "destructive");
});

Deno.test("whoever may write pauses what they may not do themselves, and does not get it going again", async () => {
  await using studio = await startStudio();
  const { ask } = studio;
  const reset = { ...trigger, then: { app: "counter", command: "reset" } };
  assert.equal((await ask("/v1/triggers/count", { method: "PUT", json: reset })).status, 200);
  const patch = (json: object) => ask("/v1/triggers/count", { method: "PATCH", json, scopes: ["write"] });
  const paused = await (await patch({ paused: true })).json();
  assert.equal(paused.trigger.paused, true);
  assert.notEqual(paused.trigger.owner.name, "write");
  assert.equal((await patch({ paused: false })).status, 403);
  assert.equal((await patch({ paused: true, title: "Mine" })).status, 403);
});
