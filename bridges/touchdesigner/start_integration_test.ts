import assert from "node:assert/strict";
import { startTouchDesignerStudio } from "./testing/touchdesigner_studio.ts";

Deno.test("a simulated TouchDesigner comes with its bridge, says what it is, and ends with it", async () => {
  let pid = 0;
  {
    await using studio = await startTouchDesignerStudio();
    const { presence } = studio.bridge;
    assert.deepEqual([presence.simulated, presence.title, presence.status], [true, "TouchDesigner", "idle"]);
    assert.match(presence.appVersion ?? "", /^2023\.\d+-simulated$/);
    const { result } = await studio.call("execute_python", { code: "import os; result = os.getpid()" });
    pid = Number(result);
    assert.ok(await isRunning(pid));
  }
  assert.ok(!await isRunning(pid), "the simulator is gone");
});

Deno.test("a simulated TouchDesigner that dies is started again by its bridge, and the command that ran is APP_CRASHED", async () => {
  await using studio = await startTouchDesignerStudio();
  await assert.rejects(studio.call("execute_python", { code: "import os; os._exit(3)" }), { code: "APP_CRASHED" });
  await studio.bridge.ready(AbortSignal.timeout(30_000));
  assert.equal((await studio.call("get_info")).home, "/project1");
});

async function isRunning(pid: number): Promise<boolean> {
  const { success } = await new Deno.Command("kill", { args: ["-0", String(pid)], stderr: "null" }).output();
  return success;
}
