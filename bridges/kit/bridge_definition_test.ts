import assert from "node:assert/strict";
import { isBridgeDefinition } from "./bridge_definition.ts";

Deno.test("what a folder exports is a bridge if it says its application, its title, and how it is started", () => {
  const start = () => Promise.reject(new Error("not today"));
  assert.ok(isBridgeDefinition({ app: "lamp", title: "Lamp", start }));
  assert.ok(isBridgeDefinition({ app: "lamp", title: "Lamp", start, find: start, more: 1 }));
  for (
    const wrong of [
      undefined,
      {},
      { app: "Lamp!", title: "Lamp", start },
      { app: "lamp", title: "", start },
      { app: "lamp", title: "Lamp" },
      { app: "lamp", title: "Lamp", start, find: "here" },
    ]
  ) assert.ok(!isBridgeDefinition(wrong), JSON.stringify(wrong));
});
