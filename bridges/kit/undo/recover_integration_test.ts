import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { startAppDouble } from "@patchbay/testing";
import { appLinkAdapter } from "../app_link/adapter.ts";
import { startBridge } from "../bridge.ts";
import { call, callResult, code, counter, holding, testStudio, until } from "../test_counter.ts";

const script = new URL("../app_link/test_application.ts", import.meta.url).pathname;

Deno.test("an application of the bridge's own is started again, although it hangs, and is in another session", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const folder = await Deno.makeTempDir();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const launched = { command: Deno.execPath(), args: ["run", "-A", "--no-check", script, "ws-01"] };
  const bridge = stack.use(
    await startBridge({
      bus,
      manifest: counter,
      adapter: appLinkAdapter({
        manifest: counter,
        linksDir: join(folder, "links"),
        silenceMs: 60_000,
        launch: ({ host }) => ({ ...launched, cwd: host.workDir }),
      }),
      bridge: "ws-01",
      simulated: false,
      allowCode: false,
      workDir: join(folder, "work"),
      backoff: { minMs: 5, maxMs: 20 },
    }),
  );
  await bridge.ready();
  await call(bus, "add", { by: 2 });
  const { session } = bridge.presence;
  const hanging = callResult(bus, "hold", { name: "hang" }, { waitMs: 60_000 });
  await until(() => bridge.status === "executing");
  const recovered = await callResult(bus, "_recover", { action: "restart", reason: "it hangs" }, { waitMs: 60_000 });
  assert.ok(recovered.ok, JSON.stringify(recovered));
  assert.deepEqual(recovered.value, { done: true, reason: "it was started again" });
  assert.notEqual(recovered.session, session);
  assert.equal(recovered.session, bridge.presence.session);
  const lost = await hanging;
  assert.ok(!lost.ok && /is started again: it hangs/.test(lost.problem.detail), JSON.stringify(lost));
  assert.deepEqual(await call(bus, "read"), { count: 0 });
});

Deno.test("a person's application is not ended, and its link is closed and opened again", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const { hold, began } = holding();
  let opened = 0;
  await using double = await startAppDouble(bus, counter, { handlers: { hold }, open: () => void opened++ });
  await double.bridge.ready();
  const refused = await call(bus, "_recover", { action: "restart", reason: "it is slow" });
  assert.deepEqual(refused, {
    done: false,
    reason: "A person has started this application: the bridge does not end it",
  });
  assert.equal(opened, 1);
  const held = assert.rejects(call(bus, "hold"), code("APP_NOT_CONNECTED"));
  await until(() => began.length === 1);
  const recovered = await call(bus, "_recover", { action: "reconnect", reason: "it is slow" });
  assert.deepEqual(recovered, { done: true, reason: "the link is there again" });
  assert.equal(opened, 2);
  await held;
});

Deno.test("a recovery that fails says why, and the bridge goes on trying", async () => {
  await using studio = await testStudio();
  let broken = false;
  await using double = await startAppDouble(studio.bus, counter, {
    open() {
      if (broken) throw PatchbayError.of("APP_START_FAILED", "no licence");
    },
  });
  await double.bridge.ready();
  broken = true;
  await assert.rejects(call(studio.bus, "_recover", { action: "reconnect", reason: "try" }), code("APP_START_FAILED"));
  broken = false;
  await double.bridge.ready();
});
