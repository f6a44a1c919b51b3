/** Running bridges as the official `nats` command sees them: whoever runs a studio needs no tool of ours to look at it. */
import assert from "node:assert/strict";
import { type Bus, migrate, openBucket, request } from "@patchbay/bus";
import { envelope, Presence, Result, subjects } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { natsCommand, WITHOUT_NATS_COMMAND } from "../../shared/bus/nats_command_fixture.ts";
import { startPatchbay } from "../patchbay_command.ts";

const Metadata = z.record(z.string(), z.string());
const Listed = z.array(z.looseObject({ name: z.string(), metadata: Metadata }));
const Measured = z.array(z.looseObject({
  metadata: Metadata,
  endpoints: z.array(z.looseObject({
    subject: z.string(),
    num_requests: z.number(),
    num_errors: z.number(),
    last_error: z.string(),
    average_processing_time: z.number(),
  })),
}));

async function untilIdle(bus: Bus, bridges: string[]): Promise<void> {
  const waiting = new Set(bridges);
  for await (const change of (await openBucket(bus, "presence", Presence)).watch()) {
    if (change.kind === "put" && change.value?.status === "idle") waiting.delete(change.key);
    if (waiting.size === 0) return;
  }
}

async function addObject(bus: Bus, bridge: string, type: string): Promise<boolean> {
  const payload = { command: "create_object", args: { type }, priority: "normal" };
  const message = envelope({ type: "command", payload, source: "test", target: `blender.${bridge}` });
  const { payload: result } = await request(bus, subjects.command("blender", bridge, "create_object"), message, {
    payload: Result,
    absent: "BRIDGE_OFFLINE",
    timeoutMs: 10_000,
  });
  return result.ok;
}

Deno.test({
  name: "`nats micro` lists, describes and measures bridges that run" + WITHOUT_NATS_COMMAND,
  ignore: WITHOUT_NATS_COMMAND !== "",
  async fn() {
    await using stack = new AsyncDisposableStack();
    const home = await Deno.makeTempDir({ prefix: "patchbay-micro-" });
    stack.defer(() => Deno.remove(home, { recursive: true }));
    const nats = stack.use(await startTestNats());
    const bus = await nats.connect("test");
    await migrate(bus, { storage: "memory" });
    const options = { env: { PATCHBAY_HOME: home }, signal: AbortSignal.timeout(120_000) };
    stack.use(
      startPatchbay(["bridge", "blender@ws-01", "blender@ws-02", "--simulate", "--server", nats.url], options),
    );
    await untilIdle(bus, ["blender.ws-01", "blender.ws-02"]);
    const outcomes = await Promise.all(
      ["cube", "cone", "no such thing"].map((type) => addObject(bus, "ws-02", type)),
    );
    assert.deepEqual(outcomes, [true, true, false]);
    const micro = (...args: string[]) => natsCommand(nats.url, "micro", ...args);

    const listed = Listed.parse(JSON.parse(await micro("ls", "--json")));
    assert.deepEqual(listed.map(({ name, metadata }) => `${name} ${metadata["bridge"]}`).sort(), [
      "bridge-blender ws-01",
      "bridge-blender ws-02",
    ]);

    const info = await micro("info", "bridge-blender");
    for (const text of ["Blender", "create_object", "patchbay.v1.cmd.blender.", ".render_image"]) {
      assert.ok(info.includes(text), `info says '${text}':\n${info}`);
    }

    const measured = Measured.parse(JSON.parse(await micro("stats", "bridge-blender", "--json")));
    assert.equal(measured.length, 2);
    const called = measured.flatMap(({ endpoints }) => endpoints).filter(({ num_requests }) => num_requests > 0);
    const [create, ...others] = called;
    assert.deepEqual([create?.subject, others.length], ["patchbay.v1.cmd.blender.ws-02.create_object", 0]);
    assert.deepEqual([create?.num_requests, create?.num_errors], [3, 1]);
    assert.match(create?.last_error ?? "", /INVALID_ARGUMENTS/);
    assert.ok((create?.average_processing_time ?? 0) > 0);
  },
});
