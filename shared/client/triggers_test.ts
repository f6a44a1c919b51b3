import assert from "node:assert/strict";
import type { TriggerRecord } from "@patchbay/contracts";
import { createClient, type TriggerDraft } from "./mod.ts";

const draft: TriggerDraft = {
  id: "flash",
  when: { app: "drums", event: "struck" },
  then: { app: "lamp", command: "flash", args: { color: { $event: "/data/drum" } } },
};

/** A client whose gateway answers with the same trigger each time. */
function clientOf() {
  const requests: Request[] = [];
  const client = createClient({
    url: "http://127.0.0.1:7420",
    key: "pb_x_y",
    fetch: (input, init) => {
      requests.push(new Request(input, init));
      return Promise.resolve(Response.json({ trigger: draft, revision: 3 }));
    },
  });
  return { client, requests };
}

const conditionOf = ({ headers }: Request) => [headers.get("if-match"), headers.get("if-none-match")];

Deno.test("a trigger is put whatever is there, only as a new one, or in the place of the one that was seen", async () => {
  const { client, requests } = clientOf();
  const record: TriggerRecord = await client.triggers.put(draft);
  await client.triggers.put(draft, { revision: 0 });
  await client.triggers.put(draft, { revision: record.revision });
  assert.deepEqual(requests.map(conditionOf), [[null, null], [null, "*"], ['"3"', null]]);
  assert.deepEqual(requests.map(({ method, url }) => `${method} ${url}`), [
    ...Array.from({ length: 3 }, () => "PUT http://127.0.0.1:7420/v1/triggers/flash"),
  ]);
  assert.deepEqual(await requests[0]?.json(), draft);
  // what was left out is filled in on the way back
  assert.equal(record.trigger.maxPerMinute, 60);
});

Deno.test("a trigger is paused and got going by a patch, for the revision that was seen", async () => {
  const { client, requests } = clientOf();
  await client.triggers.pause("flash", { revision: 3 });
  await client.triggers.resume("flash");
  assert.deepEqual(requests.map(({ method }) => method), ["PATCH", "PATCH"]);
  assert.deepEqual(requests.map(conditionOf), [['"3"', null], [null, null]]);
  assert.deepEqual(await Promise.all(requests.map((request) => request.json())), [{ paused: true }, { paused: false }]);
});
