import assert from "node:assert/strict";
import specs from "@asyncapi/specs";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { jsonSchemas, parseSubject, SERVICES, subjects } from "@patchbay/contracts";
import { asyncApiReference } from "./asyncapi.ts";
import { CHANNELS, MESSAGES } from "./bus_channels.ts";
import { accessOf, BUS_USERS, covers } from "./bus_users.ts";

Deno.test("the document is valid AsyncAPI 3.0", () => {
  // the standard's own schema; the official parser would bring 150 packages, one of which reports home
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(JSON.stringify(specs.schemasWithoutId["3.0.0"])));
  const document = asyncApiReference();
  validate(document);
  assert.deepEqual(validate.errors ?? [], []);
  assert.equal(validate({ ...document, asyncapi: "2.0.0" }), false);
});

Deno.test("every subject and every verb of the contracts is a channel, under its own address", () => {
  const verbs = Object.entries(SERVICES).flatMap(([service, verbs]) =>
    Object.keys(verbs).map((verb) => `svc.${service}.${verb}`)
  );
  const builders = Object.keys(subjects).filter((name) => name !== "service");
  assert.deepEqual(Object.keys(CHANNELS).toSorted(), [...builders, ...verbs].toSorted());
  for (const { address } of Object.values(CHANNELS)) assert.ok(parseSubject(address), address);
});

Deno.test("every reference of the document leads somewhere", () => {
  const document = asyncApiReference();
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
  assert.ok(references.length > 100);
  for (const path of new Set(references)) assert.ok(follow(document, path.split("/")) !== undefined, path);
});

Deno.test("every message has a schema of the contracts, or any payload", () => {
  const known = jsonSchemas();
  for (const { payload } of Object.values(MESSAGES)) assert.ok(payload === undefined || Object.hasOwn(known, payload));
});

Deno.test("who sends and receives is what the permission table says", () => {
  const named = (name: string) => BUS_USERS.find((user) => user.name === name)!;
  const { result, command, run } = CHANNELS;
  assert.deepEqual(accessOf(named("bridge"), result!.address), { sends: true, receives: false });
  assert.deepEqual(accessOf(named("bridge"), command!.address), { sends: false, receives: true });
  assert.deepEqual(accessOf(named("gateway"), command!.address), { sends: true, receives: false });
  assert.deepEqual(accessOf(named("conductor"), run!.address), { sends: true, receives: true });
  assert.deepEqual(accessOf(named("llm-planner"), run!.address), { sends: false, receives: false });
});

Deno.test("a pattern takes in what nats-server lets it take in", () => {
  assert.ok(covers("a.*.c", "a.b.c"));
  assert.ok(covers("a.>", "a.b.c"));
  assert.ok(covers("a.b queue", "a.b"));
  assert.ok(!covers("a.*", "a.b.c"));
  assert.ok(!covers("a.b.c", "a.b"));
  assert.ok(!covers("a.>", "a"));
});

function follow(value: unknown, [key, ...rest]: string[]): unknown {
  if (key === undefined) return value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return follow(Object.entries(value).find(([name]) => name === key)?.[1], rest);
}
