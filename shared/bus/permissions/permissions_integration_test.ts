/** Tries, on a real server, what the table says: what must be allowed, and above all what must be refused. */
import assert from "node:assert/strict";
import { envelope, subjects } from "@patchbay/contracts";
import { z } from "zod";
import { acquireLease } from "../lease.ts";
import { getAsset, putAsset } from "../assets.ts";
import { openBucket } from "../bucket.ts";
import { connectBus } from "../connection.ts";
import { endpoint, serviceEndpoint } from "../endpoint.ts";
import { publish } from "../publish.ts";
import { readStream } from "../read_stream.ts";
import { callService, request } from "../request.ts";
import { startService } from "../service.ts";
import { createBusUser } from "./credentials.ts";
import { bridge, mayPublish, maySubscribe, Studio } from "./test_studio.ts";

const CODE = { command: "execute_python", args: {} };

const REFUSED: Record<string, { publish: string[]; subscribe: string[] }> = {
  "blender.ws-07": {
    publish: [
      "patchbay.v1.cmd.blender.ws-08.execute_python",
      "patchbay.v1.cmd.blender.ws-07.execute_python",
      "patchbay.v1.cmd.blender.any.execute_python",
      "patchbay.v1.job.blender.ws-08.high",
      "patchbay.v1.cancel.0197",
      "patchbay.v1.result.blender.ws-08.render_image",
      "patchbay.v1.state.blender.ws-08",
      "patchbay.v1.state.ableton.ws-07",
      "patchbay.v1.evt.blender.ws-08.render_finished",
      "patchbay.v1.tel.blender.ws-08.frame",
      "patchbay.v1.run.0197",
      "patchbay.v1.svc.conductor.run_plan",
      "patchbay.v1.svc.context-store.bridges",
      "patchbay.v1.alert.critical",
      "$KV.presence.blender.ws-08",
      "$KV.leases.bridge.blender.ws-08",
      "$KV.leases.run.0197",
      "$JS.API.DIRECT.GET.KV_leases.$KV.leases.bridge.ableton.ws-07",
      "$JS.API.DIRECT.GET.KV_leases.$KV.leases.run.0197",
      "$JS.API.DIRECT.GET.RESULTS.patchbay.v1.result.blender.ws-08.render_image",
      "$KV.manifests.blender.ws-08",
      "$KV.plans.p1",
      "$KV.leases.l1",
      "$KV.state.blender.ws-07",
      "$JS.API.STREAM.CREATE.MINE",
      "$JS.API.STREAM.UPDATE.RUNS",
      "$JS.API.STREAM.DELETE.RUNS",
      "$JS.API.STREAM.PURGE.RUNS",
      "$JS.API.STREAM.PURGE.OBJ_assets",
      "$JS.API.STREAM.MSG.DELETE.OBJ_assets",
      "$JS.API.STREAM.NAMES",
      "$JS.API.CONSUMER.CREATE.RUNS.c",
      "$JS.API.CONSUMER.CREATE.KV_presence.c",
      "$JS.API.CONSUMER.CREATE.KV_plans.c",
      "$JS.API.DIRECT.GET.RUNS",
      "$JS.API.DIRECT.GET.KV_presence.$KV.presence.blender.ws-08",
      "$JS.API.DIRECT.GET.KV_plans.$KV.plans.p1",
      "$JS.API.DIRECT.GET.KV_links.$KV.links.blender.ws-08.l1",
      "$JS.API.CONSUMER.CREATE.KV_links.c",
      "$JS.API.CONSUMER.CREATE.KV_links.c.$KV.links.>",
      "$JS.API.CONSUMER.CREATE.KV_links.c.$KV.links.blender.ws-08.*",
      "$KV.links.blender.ws-07.l1",
      "patchbay.v1.tel.blender.ws-08._links",
      "$JS.API.ACCOUNT.PURGE.$G",
      "$SYS.REQ.SERVER.PING",
      "_INBOX_gateway.x",
      "_INBOX_bridge.blender.ws-08.x",
      "something.else",
    ],
    subscribe: [
      ">",
      "patchbay.>",
      "patchbay.v1.cmd.>",
      "patchbay.v1.cmd.*.*.*",
      "patchbay.v1.cmd.blender.ws-08.get_scene",
      "patchbay.v1.cmd.blender.any.get_scene",
      "patchbay.v1.cmd.ableton.any.play",
      "patchbay.v1.result.blender.ws-08.*",
      "patchbay.v1.state.>",
      "patchbay.v1.tel.>",
      "patchbay.v1.evt.blender.ws-08.*",
      "patchbay.v1.run.*",
      "patchbay.v1.svc.conductor.run_plan",
      "patchbay.v1.progress.*",
      "$KV.presence.>",
      "$KV.plans.>",
      "$O.assets.M.>",
      "$JS.API.>",
      "$SYS.>",
      "_INBOX.>",
      "_INBOX_gateway.>",
      "_INBOX_bridge.blender.*.>",
      "_INBOX_bridge.blender.ws-08.>",
    ],
  },
  "llm-planner": {
    publish: [
      "patchbay.v1.cmd.blender.ws-07.get_scene",
      "patchbay.v1.svc.conductor.run_plan",
      "patchbay.v1.run.0197",
      "patchbay.v1.result.blender.ws-07.get_scene",
      "$KV.plans.p1",
      "$KV.presence.blender.ws-07",
      "$JS.API.STREAM.CREATE.MINE",
      "$JS.API.DIRECT.GET.RUNS",
    ],
    subscribe: [
      ">",
      "patchbay.v1.cmd.>",
      "patchbay.v1.svc.conductor.run_plan",
      "patchbay.v1.run.*",
      "_INBOX_gateway.>",
    ],
  },
  conductor: {
    publish: [
      "patchbay.v1.state.blender.ws-07",
      "$KV.presence.blender.ws-07",
      "$KV.manifests.blender.ws-07",
      "patchbay.v1.svc.context-store.bridges",
      "patchbay.v1.progress.0197",
      "$JS.API.STREAM.DELETE.RUNS",
      "$JS.API.STREAM.PURGE.RUNS",
      "$JS.API.STREAM.CREATE.MINE",
      "$JS.API.DIRECT.GET.OBJ_assets",
      "$O.assets.M.x",
    ],
    subscribe: [">", "patchbay.v1.cmd.>", "patchbay.v1.svc.llm-planner.plan", "_INBOX_gateway.>"],
  },
  gateway: {
    publish: [
      "patchbay.v1.state.blender.ws-07",
      "patchbay.v1.run.0197",
      "$KV.plans.p1",
      "$KV.presence.blender.ws-07",
      "$JS.API.STREAM.DELETE.RUNS",
      "$JS.API.STREAM.CREATE.MINE",
    ],
    subscribe: [">", "patchbay.v1.cmd.>", "patchbay.v1.svc.conductor.run_plan", "_INBOX_conductor.>"],
  },
  "context-store": {
    publish: [
      "patchbay.v1.cmd.blender.ws-07.get_scene",
      "patchbay.v1.run.0197",
      "$KV.presence.blender.ws-07",
      "$KV.plans.p1",
      "$JS.API.STREAM.DELETE.RUNS",
      "$JS.API.STREAM.CREATE.MINE",
      "$JS.API.STREAM.PURGE.RUNS",
    ],
    subscribe: [">", "patchbay.v1.cmd.>", "patchbay.v1.svc.conductor.run_plan", "_INBOX_gateway.>"],
  },
};

for (const [name, { publish, subscribe }] of Object.entries(REFUSED)) {
  Deno.test(`${name} is refused what is not its own`, async () => {
    await using studio = await Studio.start();
    for (const subject of publish) {
      await using bus = await studio.as(name);
      assert.equal(await mayPublish(bus, subject), false, `${name} may publish to ${subject}`);
    }
    for (const subject of subscribe) {
      await using bus = await studio.as(name);
      assert.equal(await maySubscribe(bus, subject), false, `${name} may subscribe to ${subject}`);
    }
  });
}

Deno.test("a bridge is allowed what is its own", async () => {
  await using studio = await Studio.start();
  const bus = await studio.as("blender.ws-07");
  for (const subject of ["patchbay.v1.result.blender.ws-07.get_scene", "patchbay.v1.tel.blender.ws-07.frame"]) {
    assert.equal(await mayPublish(bus, subject), true, subject);
  }
  const heard = ["patchbay.v1.cmd.blender.ws-07.get_scene", "_INBOX_bridge.blender.ws-07.>"];
  for (const subject of [...heard, "patchbay.v1.tel.ableton.ws-01.beat", "patchbay.v1.state.blender.ws-08"]) {
    assert.equal(await maySubscribe(bus, subject), true, subject);
  }
});

Deno.test("nobody comes in without a key, with a password, or with a key of another studio", async () => {
  await using studio = await Studio.start();
  const { credentials } = createBusUser(bridge("ws-07"));
  const stranger = `${studio.folder}/stranger.json`;
  await Deno.writeTextFile(stranger, JSON.stringify(credentials));
  for (const options of [{}, { user: "gateway", password: "gateway" }, { credentialsFile: stranger }]) {
    const servers = studio.nats.url;
    await assert.rejects(
      connectBus({ servers, name: "stranger", waitOnFirstConnect: false, ...options }),
      { code: "UNAUTHENTICATED" },
    );
  }
});

Deno.test("a command reaches its bridge, and the answer comes back", async () => {
  await using studio = await Studio.start();
  const [gateway, conductor, ws07] = [
    await studio.as("gateway"),
    await studio.as("conductor"),
    await studio.as("blender.ws-07"),
  ];
  const commands = ["ws-07", "any"].map((address) =>
    endpoint({
      name: `get_scene_${address}`,
      subject: subjects.command("blender", address, "get_scene"),
      ...(address === "any" ? { queue: "any" } : {}),
      payload: z.looseObject({}),
      type: "result",
      handler: () => ({ answer: 42 }),
    })
  );
  await using _bridge = await startService(ws07, {
    name: "blender",
    version: "1.0.0",
    description: "a bridge",
    source: "blender.ws-07",
    endpoints: commands,
  });
  for (const bus of [gateway, conductor]) {
    for (const address of ["ws-07", "any"]) {
      const { payload } = await request(
        bus,
        subjects.command("blender", address, "get_scene"),
        envelope({ type: "command", payload: CODE, source: bus.name }),
        { payload: z.looseObject({ answer: z.number() }), absent: "BRIDGE_OFFLINE", timeoutMs: 5_000 },
      );
      assert.equal(payload.answer, 42);
    }
  }
});

Deno.test("a bridge cannot have the server send what it stored to another bridge", async () => {
  await using studio = await Studio.start();
  const [thief, victim, gateway] = [
    await studio.as("blender.ws-07"),
    await studio.as("blender.ws-08"),
    await studio.as("gateway"),
  ];
  const executed: string[] = [];
  const subject = subjects.command("blender", "ws-08", "execute_python");
  await using _victim = await startService(victim, {
    name: "blender",
    version: "1.0.0",
    description: "a bridge",
    source: "blender.ws-08",
    endpoints: [endpoint({
      name: "execute_python",
      subject,
      payload: z.looseObject({}),
      type: "result",
      handler: ({ message }) => void executed.push(message.metadata.source),
    })],
  });
  const command = (source: string) => envelope({ type: "command", payload: CODE, source });
  const stored = "$KV.presence.blender.ws-07";
  thief.nc.publish(stored, JSON.stringify(command("thief")));
  await thief.nc.flush();
  thief.nc.publish(`$JS.API.DIRECT.GET.KV_presence.${stored}`, "", { reply: subject });
  thief.nc.publish("$O.assets.C.stolen", JSON.stringify(command("thief")));
  const consumer = {
    stream_name: "OBJ_assets",
    config: {
      name: "c",
      deliver_subject: subject,
      ack_policy: "none",
      deliver_policy: "all",
      filter_subject: "$O.assets.C.stolen",
    },
  };
  thief.nc.publish("$JS.API.CONSUMER.CREATE.OBJ_assets.c", JSON.stringify(consumer));
  await thief.nc.flush();
  // what the thief had sent has arrived before this: the server delivers to one subscription in order
  await request(gateway, subject, command("gateway"), {
    payload: z.unknown(),
    absent: "BRIDGE_OFFLINE",
    timeoutMs: 5_000,
  });
  assert.deepEqual(executed, ["gateway"]);
});

Deno.test("a bridge says that it is here, publishes what is its own, and stores and reads assets", async () => {
  await using studio = await Studio.start();
  const [ws07, gateway, store] = [
    await studio.as("blender.ws-07"),
    await studio.as("gateway"),
    await studio.as("context-store"),
  ];
  const here = z.looseObject({ status: z.string() });
  for (const name of ["presence", "manifests"] as const) {
    const bucket = await openBucket(ws07, name, here);
    const revision = await bucket.create("blender.ws-07", { status: "idle" });
    await bucket.update("blender.ws-07", { status: "executing" }, revision);
    assert.equal((await bucket.get("blender.ws-07"))?.value.status, "executing");
    for (const bus of [gateway, store]) {
      const [entry] = await (await openBucket(bus, name, here)).entries("blender.*");
      assert.equal(entry?.value.status, "executing");
    }
    await bucket.delete("blender.ws-07");
  }
  for (
    const [type, subject] of [
      ["result", subjects.result("blender", "ws-07", "get_scene")],
      ["state_update", subjects.state("blender", "ws-07")],
      ["event", subjects.event("blender", "ws-07", "render_finished")],
    ] as const
  ) await publish(ws07, subject, envelope({ type, payload: {}, source: "blender.ws-07" }));
  for (const stream of ["RESULTS", "STATE", "EVENTS"] as const) {
    const options = { subject: "patchbay.v1.>", payload: z.unknown(), from: "start", follow: false } as const;
    assert.equal((await Array.fromAsync(readStream(gateway, stream, options))).length, 1);
  }
  const content = crypto.getRandomValues(new Uint8Array(50_000));
  const meta = { name: "hero.png", mediaType: "image/png" };
  const { id } = await putAsset(ws07, meta, content);
  for (const bus of [ws07, gateway]) {
    const asset = await getAsset(bus, id);
    assert.deepEqual(await new Response(asset?.content).bytes(), content);
  }
});

Deno.test("a bridge reads and watches the links that end at it", async () => {
  await using studio = await Studio.start();
  const [ws07, store] = [await studio.as("blender.ws-07"), await studio.as("context-store")];
  const schema = z.looseObject({ id: z.string() });
  const kept = await openBucket(store, "links", schema);
  for (const bridge of ["ws-07", "ws-08"]) await kept.put(`blender.${bridge}.l1`, { id: bridge });
  const links = await openBucket(ws07, "links", schema);
  const filter = "blender.ws-07.*";
  assert.deepEqual((await links.entries(filter)).map(({ value }) => value.id), ["ws-07"]);
  for await (const change of links.watch({ filter })) {
    if (change.kind === "ready") await kept.put("blender.ws-07.l1", { id: "changed" });
    else if (change.value?.id === "changed") break;
  }
  await assert.rejects(links.entries("blender.ws-08.*"), { code: "FORBIDDEN" });
});

Deno.test("services call each other as the table says", async () => {
  await using studio = await Studio.start();
  const served = [];
  for (const service of ["context-store", "llm-planner", "conductor"] as const) {
    const bus = await studio.as(service);
    served.push(
      await startService(bus, {
        name: service,
        version: "1.0.0",
        description: service,
        source: service,
        endpoints: [serviceEndpoint(service, "ping", { payload: z.unknown(), handler: () => service })],
      }),
    );
  }
  const calls: [string, string[]][] = [
    ["gateway", ["context-store", "llm-planner", "conductor"]],
    ["llm-planner", ["context-store"]],
  ];
  for (const [caller, callees] of calls) {
    const bus = await studio.as(caller);
    for (const callee of callees) {
      assert.equal(await callService(bus, callee, "ping", {}, { result: z.string(), source: caller }), callee);
    }
  }
  for (const service of served) await service[Symbol.asyncDispose]();
});

Deno.test("the conductor keeps plans and runs, and takes leases", async () => {
  await using studio = await Studio.start();
  const conductor = await studio.as("conductor");
  const plans = await openBucket(conductor, "plans", z.looseObject({}));
  await plans.create("p1", { id: "p1" });
  assert.equal((await plans.entries()).length, 1);
  await publish(conductor, subjects.run("r1"), envelope({ type: "event", payload: {}, source: "conductor" }), {
    expectLastSubjectSequence: 0,
  });
  const options = { subject: subjects.run("r1"), payload: z.unknown(), from: "start", follow: false } as const;
  for (const bus of [conductor, await studio.as("gateway")]) {
    assert.equal((await Array.fromAsync(readStream(bus, "RUNS", options))).length, 1);
  }
  await using lease = await acquireLease(conductor, "run.r1", { owner: "a test" });
  assert.ok(lease);
});
