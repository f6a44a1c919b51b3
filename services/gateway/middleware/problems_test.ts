import assert from "node:assert/strict";
import { newId, PatchbayError } from "@patchbay/contracts";
import { configureLogging } from "@patchbay/telemetry";
import { problemResponse } from "./problems.ts";

async function logged(error: unknown): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  await using _logging = await configureLogging({ write: (line) => lines.push(JSON.parse(line)) });
  problemResponse(error, newId());
  return lines;
}

Deno.test("a refusal is logged as severe as it is, with its code and without a stack", async () => {
  const [line] = await logged(new PatchbayError("APP_NOT_CONNECTED", "Blender is not connected"));
  assert.equal(line?.["level"], "warning");
  assert.equal(line["code"], "APP_NOT_CONNECTED");
  assert.ok(!("error" in line));
});

Deno.test("a fault of ours is logged as an error with its stack", async () => {
  const [line] = await logged(new TypeError("x is not a function"));
  assert.equal(line?.["level"], "error");
  assert.match(JSON.stringify(line["error"]), /x is not a function.*problems_test/);
});

Deno.test("what the caller did wrong is not logged", async () => {
  assert.deepEqual(await logged(new PatchbayError("NOT_FOUND", "Cannot find it")), []);
});
