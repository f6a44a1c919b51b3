import assert from "node:assert/strict";
import fc from "fast-check";
import { ErrorCode, ERRORS } from "./errors.ts";
import { ConflictError, PatchbayError, UnavailableError, ValidationError } from "./patchbay_error.ts";
import { newId } from "./ids.ts";
import { fromProblem, Problem, toProblem } from "./problem.ts";

Deno.test("an error comes back from its problem with everything a caller may know", () => {
  const issue = { path: ["args", 0], message: "too big", code: "too_big" };
  fc.assert(
    fc.property(fc.constantFrom(...ErrorCode.options), fc.string(), fc.boolean(), (code, message, retryable) => {
      const said = { severity: "info", context: { available: ["a"] }, issues: [issue], retryable } as const;
      const error = PatchbayError.of(code, message, said);
      const back = fromProblem(Problem.parse(JSON.parse(JSON.stringify(toProblem(error, newId())))));
      assert.equal(back.constructor, error.constructor);
      for (const key of ["code", "message", "severity", "remedy", "context", "issues", "retryable"] as const) {
        assert.deepEqual(back[key], error[key], key);
      }
    }),
  );
});

Deno.test("an error that is not ours shows nothing of itself", () => {
  const problem = toProblem(new Error("password=hunter2 at /home/me/x.ts"));
  assert.equal(problem.code, "INTERNAL");
  assert.ok(!JSON.stringify(problem).includes("hunter2"));
});

Deno.test("each class that callers catch stands for its codes", () => {
  assert.ok(PatchbayError.of("BRIDGE_OFFLINE", "") instanceof UnavailableError);
  assert.ok(PatchbayError.of("INVALID_ARGUMENTS", "") instanceof ValidationError);
  assert.ok(PatchbayError.of("CONFLICT", "") instanceof ConflictError);
});

Deno.test("every entry of the error table has a status, a JSON-RPC code in range and a remedy", () => {
  for (const [code, { status, rpc, remedy, title }] of Object.entries(ERRORS)) {
    assert.ok(status >= 400 && status <= 599, code);
    assert.ok((rpc >= -32_099 && rpc <= -32_000) || (rpc >= -32_800 && rpc <= -32_600), `${code} ${rpc}`);
    assert.ok(remedy.length > 0 && title.length > 0, code);
  }
});
