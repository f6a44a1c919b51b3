/** `patchbay bridge` as an artist starts it: it joins, takes commands, and leaves in order. */
import assert from "node:assert/strict";
import { migrate, openBucket, request } from "@patchbay/bus";
import { envelope, Presence, Result, subjects } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { runPatchbay, startPatchbay } from "../patchbay_command.ts";

const within = (seconds: number) => AbortSignal.timeout(seconds * 1000);

Deno.test("a bridge joins a studio by its address, works, and is gone after Ctrl-C", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const presence = await openBucket(bus, "presence", Presence);
  const home = await Deno.makeTempDir({ prefix: "patchbay-bridge-" });
  try {
    const signal = within(60);
    const args = ["bridge", "blender", "--simulate", "--server", nats.url, "--id", "ws-07"];
    await using bridge = startPatchbay(args, { env: { PATCHBAY_HOME: home }, signal });
    for await (const change of presence.watch({ signal })) {
      if (change.kind === "put" && change.value?.status === "idle") break;
    }
    const message = envelope({
      type: "command",
      payload: { command: "create_object", args: { type: "cube", name: "Hero" }, priority: "normal" },
      source: "test",
      target: "blender.ws-07",
    });
    const answer = await request(bus, subjects.command("blender", "ws-07", "create_object"), message, {
      payload: Result,
      absent: "BRIDGE_OFFLINE",
      timeoutMs: 10_000,
      signal,
    });
    assert.ok(answer.payload.ok, JSON.stringify(answer.payload));
    bridge.kill("SIGINT");
    await bridge.ended;
    assert.equal(await presence.get("blender.ws-07"), undefined);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("a bridge without a server or credentials says which option is missing", async () => {
  const { code, text } = await runPatchbay(["bridge", "blender", "--simulate"], { signal: within(30) });
  assert.equal(code, 1);
  assert.match(text, /--server/);
  assert.match(text, /--credentials/);
});
