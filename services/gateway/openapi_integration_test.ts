import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { startTestNats } from "@patchbay/testing";
import { allRoutes } from "./app.ts";
import { startTestGateway } from "./testing/studio.ts";

Deno.test("the OpenAPI document is valid 3.1 and has every route, each with its own id", async () => {
  await using nats = await startTestNats();
  await using gateway = await startTestGateway(await nats.connect("gateway"));
  const document = await (await gateway.app.request("http://localhost/openapi.json")).json();
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(document.openapi, "3.1.0");
  const ids = new Set<string>();
  for (const { definition } of allRoutes(gateway.deps)) {
    const operation = document.paths[definition.path]?.[definition.method.toLowerCase()];
    assert.equal(operation?.operationId, definition.id, definition.path);
    assert.deepEqual(operation.security, definition.scope === "public" ? [] : undefined);
    ids.add(definition.id);
  }
  assert.equal(ids.size, allRoutes(gateway.deps).length);
  assert.ok(
    document.paths["/v1/commands"].post.parameters.some(({ name }: { name: string }) => name === "Idempotency-Key"),
  );
});

Deno.test("every reference of the document leads somewhere, and its schemas are those of the contracts", async () => {
  await using nats = await startTestNats();
  await using gateway = await startTestGateway(await nats.connect("gateway"));
  const document = await (await gateway.app.request("http://localhost/openapi.json")).json();
  const { schemas } = document.components;
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
  assert.ok(references.length > 20);
  for (const reference of references) {
    assert.ok(Object.hasOwn(schemas, reference.replace("#/components/schemas/", "")), reference);
  }
  assert.deepEqual(schemas.Plan.properties.steps.items, { $ref: "#/components/schemas/Step" });
  assert.ok(schemas.RunCommandRequest.required.includes("bridge"));
  assert.ok(!schemas.RunCommandRequest.required.includes("args"));
});
