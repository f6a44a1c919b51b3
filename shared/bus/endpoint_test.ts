import assert from "node:assert/strict";
import { newId, PatchbayError, toProblem } from "@patchbay/contracts";
import { z } from "zod";
import { endpointMetadata, problemOfResult, serviceEndpoint } from "./endpoint.ts";

Deno.test("a service's endpoint has the service's subject and queue", () => {
  const { name, subject, queue, type } = serviceEndpoint("conductor", "run_plan", {
    payload: z.looseObject({ planId: z.string() }),
    handler: ({ payload }) => ({ runId: payload.planId }),
  });
  assert.deepEqual({ name, subject, queue, type }, {
    name: "run_plan",
    subject: "patchbay.v1.svc.conductor.run_plan",
    queue: "conductor",
    type: "result",
  });
});

Deno.test("only a result that failed stands for a problem", () => {
  const problem = toProblem(new PatchbayError("NOT_FOUND", "no"), newId());
  assert.deepEqual(problemOfResult({ ok: false, problem }), problem);
  for (
    const other of [undefined, null, 1, "x", [], {}, { ok: true, problem }, { ok: false }, { ok: false, problem: {} }]
  ) {
    assert.equal(problemOfResult(other), undefined);
  }
});

Deno.test("metadata carries the schema of the payload, unless it is too long for an answer", () => {
  const describe = (payload: z.ZodType) =>
    endpointMetadata(serviceEndpoint("a", "b", { payload, metadata: { own: "1" }, handler: () => ({}) }));
  assert.deepEqual(JSON.parse(describe(z.object({ n: z.number() }))["request_schema"] ?? "").required, ["n"]);
  assert.equal(describe(z.object({ n: z.number() }))["own"], "1");
  const fields = Array.from({ length: 500 }, (_, n) => [`a_rather_long_name_${n}`, z.string()]);
  assert.equal(describe(z.object(Object.fromEntries(fields)))["request_schema"], undefined);
});
