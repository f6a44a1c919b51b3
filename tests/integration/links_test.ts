import assert from "node:assert/strict";
import { startBlenderBridge } from "@patchbay/bridge-blender";
import { migrate } from "@patchbay/bus";
import { createClient } from "@patchbay/client";
import { startContextStore } from "@patchbay/context-store";
import { command, defineApp, Link, PatchbayError } from "@patchbay/contracts";
import { createApiKey, startGateway } from "@patchbay/gateway";
import { startAppDouble, startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { startTestStudio } from "../studio.ts";

const counter = defineApp({
  app: "counter",
  title: "Counter",
  version: "1.0.0",
  state: z.object({ count: z.number() }),
  commands: { add: command({ summary: "Adds.", args: z.object({}), result: z.unknown() }) },
  channels: { count: { summary: "The count, as it goes.", schema: z.number(), rateHz: 60 } },
});

const Scene = z.looseObject({
  objects: z.record(z.string(), z.looseObject({ location: z.array(z.number()), scale: z.array(z.number()) })),
});

/** A gateway, a context store, a simulated Blender and a counter. */
async function studio() {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-links-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  stack.use(await startContextStore({ bus }));
  const { text: key, record } = createApiKey({ name: "test", scopes: ["read", "write"] });
  const { text: reader, record: readerRecord } = createApiKey({ name: "reader", scopes: ["read"] });
  const { url } = stack.use(await startGateway({ bus, keys: [record, readerRecord], port: 0 }));
  const blender = stack.use(
    await startBlenderBridge({
      bus: await nats.connect("blender.ws-01"),
      bridge: "ws-01",
      mode: "simulator",
      allowCode: false,
      workDir: `${folder}/work`,
      linksDir: `${folder}/links`,
    }),
  );
  await blender.ready(AbortSignal.timeout(30_000));
  const source = stack.use(
    await startAppDouble(await nats.connect("counter.ws-01"), counter, { snapshot: () => ({ count: 0 }) }),
  );
  const held = stack.move();
  return {
    url,
    key,
    source,
    client: createClient({ url, key }),
    reader: createClient({ url, key: reader }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;

const heightLink = {
  id: "count-to-height",
  source: { app: "counter", bridge: "ws-01", channel: "count" },
  target: {
    app: "blender",
    bridge: "ws-01",
    command: "transform_object",
    args: { object: "Cube", location: [0, 0, 0] },
    argument: "/location/2",
  },
  mapping: { scale: { from: [0, 100] as [number, number], to: [0, 10] as [number, number] } },
};

Deno.test("a counter's channel moves a cube, all of it over HTTP", async () => {
  await using s = await studio();
  const { client, source } = s;
  const heightOf = async () => {
    const { value } = await client.command("blender.ws-01", "get_scene");
    const { objects } = Scene.parse(value);
    return objects["Cube"]?.location[2];
  };
  const plays = async (count: number, until: () => Promise<boolean>) => {
    do source.channel("count", count); while (!await until());
  };
  await client.command("blender.ws-01", "create_object", { type: "cube", name: "Cube" });
  const created = await client.links.create(heightLink);
  assert.equal(created.status?.status, "waiting");
  await plays(50, async () => await heightOf() === 5);
  await plays(50, async () => (await client.links.get("count-to-height")).status?.status === "live");

  const paused = await client.links.pause("count-to-height");
  assert.equal(paused.status?.status, "paused");
  assert.equal(paused.link.paused, true);
  await client.links.resume("count-to-height");
  await client.links.change("count-to-height", { mapping: { scale: null, clamp: [0, 3] } });
  await plays(70, async () => await heightOf() === 3);

  // all that the link has done in a row is one step, and none of it is in the history
  await client.links.delete("count-to-height");
  assert.deepEqual(await client.links.list(), []);
  await client.command("blender.ws-01", "undo", { steps: 1 });
  assert.equal(await heightOf(), 0);
  const commands = (await client.bridges.history("blender.ws-01")).map((result) => result.command);
  assert.ok(!commands.includes("transform_object"));
});

Deno.test("a link is refused with the field that is wrong, and changed only by who knows its revision", async () => {
  await using s = await studio();
  const { client, reader, url, key } = s;
  await assert.rejects(
    client.links.create({ ...heightLink, source: { ...heightLink.source, channel: "beat" } }),
    (error) => {
      assert.ok(error instanceof PatchbayError);
      assert.deepEqual([error.code, error.issues[0]?.path.join(".")], ["INVALID_ARGUMENTS", "source.channel"]);
      return true;
    },
  );
  const { revision } = await client.links.create(heightLink);
  await assert.rejects(client.links.create(heightLink), code("CONFLICT"));
  await assert.rejects(reader.links.pause("count-to-height"), code("FORBIDDEN"));
  assert.equal((await reader.links.list()).length, 1);
  const paused = await client.links.pause("count-to-height", { revision });
  await assert.rejects(client.links.resume("count-to-height", { revision }), code("CONFLICT"));
  await assert.rejects(client.links.delete("count-to-height", { revision }), code("CONFLICT"));
  const ask = (init: RequestInit) =>
    fetch(`${url}/v1/links/count-to-height`, { ...init, headers: { Authorization: `Bearer ${key}`, ...init.headers } });
  const got = await ask({});
  assert.equal(got.headers.get("etag"), `"${paused.revision}"`);
  await got.body?.cancel();
  const late = await ask({ method: "DELETE", headers: { "If-Match": `"${revision}"` } });
  assert.equal(late.status, 412);
  await late.body?.cancel();
  await assert.rejects(client.links.change("count-to-height", { id: "other" }), code("INVALID_REQUEST"));
  await assert.rejects(client.links.get("nothing"), code("NOT_FOUND"));
});

Deno.test("the link of the guide makes a cube pulse", async () => {
  await using s = await studio();
  const guide = await Deno.readTextFile(new URL("../../docs/guides/links.md", import.meta.url));
  const link = Link.parse(JSON.parse(/```json\n([\s\S]*?)```/.exec(guide)?.[1] ?? ""));
  await s.client.command("blender.ws-01", "create_object", { type: "cube", name: "Cube" });
  await s.client.links.create({ ...link, source: { app: "counter", bridge: "ws-01", channel: "count" } });
  const scaleOf = async () => {
    const { value } = await s.client.command("blender.ws-01", "get_scene");
    return Scene.parse(value).objects["Cube"]?.scale;
  };
  for (const [count, scale] of [[1, 1.6], [0, 1]] as const) {
    do s.source.channel("count", count); while (!(await scaleOf())?.every((axis) => Math.abs(axis - scale) < 0.01));
  }
});

Deno.test("in a studio of its own, with the rights that a bridge has, a state drives an argument", async () => {
  await using studio = await startTestStudio({ signal: AbortSignal.timeout(60_000) });
  await studio.bridgesReady(AbortSignal.timeout(30_000));
  const { client } = studio;
  const [{ bridge = "" } = {}] = await client.bridges.list();
  const address = `blender.${bridge}` as const;
  await client.command(address, "create_object", { type: "cube", name: "Cube" });
  await client.links.create({
    id: "frame-to-height",
    source: { app: "blender", bridge, state: "/timeline/current" },
    target: { ...heightLink.target, bridge },
  });
  for (const frame of [10, 20]) {
    await client.command(address, "set_timeline", { current: frame });
    for (;;) {
      const { value } = await client.command(address, "get_scene");
      if (Scene.parse(value).objects["Cube"]?.location[2] === frame) break;
    }
  }
  while ((await client.links.get("frame-to-height")).status?.status !== "live");
});
