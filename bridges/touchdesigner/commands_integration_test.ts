/** Every command of the manifest, executed on the simulator over its true wire, and taken back where it claims that it can be. */
import assert from "node:assert/strict";
import { mediaChecks } from "./testing/checks/media.ts";
import { nodeChecks } from "./testing/checks/nodes.ts";
import { parameterChecks } from "./testing/checks/parameters.ts";
import { readingChecks } from "./testing/checks/reading.ts";
import { sessionChecks } from "./testing/checks/session.ts";
import { startTouchDesignerStudio } from "./testing/touchdesigner_studio.ts";
import { touchdesigner } from "./manifest.ts";

const CHECKS = { ...readingChecks, ...nodeChecks, ...parameterChecks, ...mediaChecks, ...sessionChecks };

Deno.test("each command does what its manifest says, and is taken back as it claims", async (t) => {
  await using studio = await startTouchDesignerStudio();
  for (const [command, check] of Object.entries(CHECKS)) {
    await t.step(command, async () => {
      const { path: at } = await studio.call("create_node", { type: "baseCOMP", name: `for_${command}` });
      await check({ studio, at });
      await studio.call("delete_node", { node: at });
    });
  }
  const names = Object.keys(touchdesigner.commands);
  assert.deepEqual(names.filter((name) => !Object.hasOwn(CHECKS, name)), [], "commands without a check");
  studio.tried.assertAll();
});
