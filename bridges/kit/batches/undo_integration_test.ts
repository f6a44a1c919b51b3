import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { startAppDouble } from "@patchbay/testing";
import { holding, testStudio, until } from "../test_counter.ts";
import { desk as manifest, deskHandlers, sendBatch, statuses } from "./test_batches.ts";

const failed = (text = "no") => PatchbayError.of("COMMAND_FAILED", text);

Deno.test("a batch whose group is taken back is one undo step less", async () => {
  await using studio = await testStudio();
  const { desk, handlers } = deskHandlers();
  const groups: string[] = [];
  await using _double = await startAppDouble(studio.bus, manifest, {
    handlers: { ...handlers, fail: () => Promise.reject(failed()) },
    group(label) {
      const before = desk.count;
      return Promise.resolve({
        close(outcome) {
          groups.push(`${label}: ${outcome}`);
          if (outcome === "undo") desk.count = before;
          return Promise.resolve(outcome === "undo");
        },
      });
    },
  });
  const undone = await sendBatch(studio.bus, {
    commands: [["add", { by: 3 }], ["set_gain", { gain: 7 }], ["read"], ["fail"], ["add"]],
    onError: "undo",
    label: "Mix",
  });
  assert.deepEqual(statuses(undone), ["undone", "undone", "succeeded", "failed", "skipped"]);
  assert.deepEqual([undone.ok, undone.undone, desk.count, desk.gain], [false, true, 0, 1]);
  await sendBatch(studio.bus, { commands: [["add"], ["add"]] });
  await sendBatch(studio.bus, { commands: [["read"], ["read"]] });
  assert.deepEqual(groups, ["Mix: undo", "Batch of 2 commands: keep"]);
});

Deno.test("without groups a batch is taken back command by command, from the last to the first", async () => {
  await using studio = await testStudio();
  const { desk, handlers } = deskHandlers();
  await using _double = await startAppDouble(studio.bus, manifest, {
    handlers: { ...handlers, fail: () => Promise.reject(failed()) },
  });
  const undone = await sendBatch(studio.bus, {
    commands: [["add", { by: 3 }], ["set_gain", { gain: 7 }], ["mute", { channel: "a" }], ["add"], ["fail"]],
    onError: "undo",
  });
  assert.deepEqual(statuses(undone), ["undone", "undone", "undone", "undone", "failed"]);
  assert.equal(undone.undone, true);
  assert.deepEqual(desk.log, ["add 3", "gain 7", "add 1", "undo", "gain 1", "undo"]);
  assert.deepEqual([desk.count, desk.gain, desk.muted.size], [0, 1, 0]);
});

Deno.test("what could not be taken back is said", async () => {
  await using studio = await testStudio();
  const { desk, handlers } = deskHandlers();
  await using _double = await startAppDouble(studio.bus, manifest, {
    handlers: { ...handlers, fail: () => Promise.reject(failed()), unmute: () => Promise.reject(failed("stuck")) },
  });
  const result = await sendBatch(studio.bus, {
    commands: [["add"], ["mute", { channel: "a" }], ["set_gain", { gain: 2 }], ["fail"]],
    onError: "undo",
  });
  assert.deepEqual(statuses(result), ["succeeded", "succeeded", "undone", "failed"]);
  assert.deepEqual([result.ok, result.undone, desk.count, desk.gain], [false, false, 1, 1]);
});

Deno.test("an application that is lost is not said to be undone, and the rest is left out", async () => {
  await using studio = await testStudio();
  const { handlers } = deskHandlers();
  const { hold, began } = holding();
  await using double = await startAppDouble(studio.bus, manifest, { handlers: { ...handlers, hold } });
  const commands = [["add"], ["hold", { name: "x" }], ["add"]] as const;
  const batch = sendBatch(studio.bus, { commands, onError: "undo" });
  await until(() => began.length === 1);
  double.crash();
  const result = await batch;
  assert.deepEqual(statuses(result), ["succeeded", "failed", "skipped"]);
  assert.deepEqual([result.undone, result.problem?.code], [false, "APP_CRASHED"]);
});

Deno.test("what is done after its deadline is taken back too", async () => {
  await using studio = await testStudio();
  const { desk, handlers } = deskHandlers();
  const late = Promise.withResolvers<void>();
  await using _double = await startAppDouble(studio.bus, manifest, {
    handlers: {
      ...handlers,
      async set_gain({ args, signal }) {
        if (args.gain === 9) {
          signal.addEventListener("abort", () => late.resolve());
          await late.promise;
        }
        return handlers.set_gain({ args });
      },
    },
  });
  const result = await sendBatch(studio.bus, {
    commands: [["set_gain", { gain: 3 }], ["set_gain", { gain: 9 }, 30]],
    onError: "undo",
  });
  assert.deepEqual(statuses(result), ["undone", "failed"]);
  assert.deepEqual(desk.log, ["gain 3", "gain 9", "gain 3", "gain 1"]);
  assert.equal(result.undone, true);
});
