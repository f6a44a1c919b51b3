import assert from "node:assert/strict";
import { command, query } from "@patchbay/contracts";
import type { JsonObject } from "@patchbay/contracts";
import { z } from "zod";
import { TriedCommands } from "./tried_commands.ts";

const set = command({
  summary: "Sets the number.",
  args: z.strictObject({ number: z.number() }),
  result: z.object({ previous: z.number() }),
  undo: { command: "set", args: { number: { $ref: "result.previous" } } },
});
const get = query({ summary: "Reads it.", args: z.strictObject({}), result: z.object({}) });

function counter() {
  const tried = new TriedCommands({ commands: { set, get } });
  const state = { number: 0, stuck: false };
  const call = (command: string, { number }: JsonObject) => {
    tried.executed(command);
    const previous = state.number;
    if (!state.stuck) state.number = Number(number);
    return Promise.resolve({ previous });
  };
  const look = () => ({ number: state.number });
  return { tried, state, call, look };
}

Deno.test("what was executed and taken back is all that the manifest asks for", async () => {
  const { tried, call, look } = counter();
  const args = { number: 3 };
  const before = look();
  const result = await call("set", args);
  assert.throws(() => tried.assertAll(), /never executed/);
  tried.executed("get");
  assert.throws(() => tried.assertAll(), /never tried/);
  assert.deepEqual(await tried.takeBack("set", { args, result, before, look, call }), { previous: 3 });
  tried.assertAll();
});

Deno.test("an undo counts only where it was seen to bring something back", async () => {
  const { tried, state, call, look } = counter();
  tried.executed("get");
  const before = look();
  const nothing = { args: { number: 0 }, result: await call("set", { number: 0 }), before, look, call };
  await assert.rejects(tried.takeBack("set", nothing), /changed nothing/);
  const args = { number: 3 };
  const result = await call("set", args);
  state.stuck = true;
  await assert.rejects(tried.takeBack("set", { args, result, before, look, call }), /not taken back/);
  await assert.rejects(tried.takeBack("get", { args: {}, result: {}, before, look, call }), /claims no undo/);
  assert.throws(() => tried.assertAll(), /never tried/);
});
