import assert from "node:assert/strict";
import { type Bus, callService, migrate, openBucket, send } from "@patchbay/bus";
import {
  command,
  defineApp,
  envelope,
  Link,
  type LinkStatus,
  ManifestDocument,
  manifestDocument,
  PatchbayError,
  SERVICES,
  subjects,
} from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { startContextStore } from "./mod.ts";

const VERBS = SERVICES["context-store"];
type LinkVerb = "links" | "link" | "put_link" | "delete_link";

function ask<V extends LinkVerb>(bus: Bus, verb: V, payload: unknown): Promise<z.output<(typeof VERBS)[V]["result"]>>;
function ask(bus: Bus, verb: LinkVerb, payload: unknown): Promise<unknown> {
  return callService(bus, "context-store", verb, payload, { result: VERBS[verb].result, source: "test" });
}

const refused = (code: string) => (error: unknown) => error instanceof PatchbayError && error.code === code;

const lamp = manifestDocument(defineApp({
  app: "lamp",
  title: "Lamp",
  version: "1.0.0",
  state: z.object({}),
  commands: {
    dim: command({ summary: "Dims.", args: z.object({ level: z.number() }), result: z.unknown() }),
    off: command({
      summary: "Ends.",
      effect: "destructive",
      args: z.object({ level: z.number() }),
      result: z.unknown(),
    }),
  },
}));

const linkOf = (bridge = "ws-01", more: Partial<z.input<typeof Link>> = {}): Link =>
  Link.parse({
    id: "l1",
    source: { app: "desk", bridge: "ws-01", channel: "meter" },
    target: { app: "lamp", bridge, command: "dim", argument: "/level" },
    ...more,
  });

async function studio() {
  const stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus);
  await (await openBucket(bus, "manifests", ManifestDocument)).put("lamp.ws-01", lamp);
  stack.use(await startContextStore({ bus }));
  return { bus, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

Deno.test("a link is kept under its target, found by its id, changed by its revision, and deleted", async () => {
  await using s = await studio();
  const { bus } = s;
  const { revision } = await ask(bus, "put_link", { link: linkOf(), revision: 0 });
  const bucket = await openBucket(bus, "links", Link);
  assert.deepEqual((await bucket.get("lamp.ws-01.l1"))?.value, linkOf());
  assert.deepEqual((await ask(bus, "link", { id: "l1" })).link, linkOf());
  await assert.rejects(ask(bus, "put_link", { link: linkOf(), revision: 0 }), refused("CONFLICT"));
  const paused = linkOf("ws-01", { paused: true });
  const changed = await ask(bus, "put_link", { link: paused, revision });
  assert.ok(changed.revision > revision);
  assert.equal(changed.status?.status, "paused");
  await assert.rejects(ask(bus, "put_link", { link: linkOf(), revision }), refused("CONFLICT"));
  await assert.rejects(ask(bus, "delete_link", { id: "l1", revision }), refused("CONFLICT"));
  assert.deepEqual((await ask(bus, "links", {})).links.map(({ link }) => link), [paused]);
  await ask(bus, "delete_link", { id: "l1", revision: changed.revision });
  await assert.rejects(ask(bus, "link", { id: "l1" }), refused("NOT_FOUND"));
  await assert.rejects(ask(bus, "delete_link", { id: "l1" }), refused("NOT_FOUND"));
});

Deno.test("a link with another target goes to the other bridge, and is there once", async () => {
  await using s = await studio();
  const { bus } = s;
  const { revision } = await ask(bus, "put_link", { link: linkOf("ws-01") });
  await ask(bus, "put_link", { link: linkOf("ws-02"), revision });
  const keys = (await (await openBucket(bus, "links", Link)).entries()).map(({ key }) => key);
  assert.deepEqual(keys, ["lamp.ws-02.l1"]);
});

Deno.test("of links that are created at once under one id, one stays", async () => {
  await using s = await studio();
  const { bus } = s;
  const targets = ["ws-01", "ws-02", "ws-03", "ws-04"];
  const outcomes = await Promise.allSettled(
    targets.map((bridge) => ask(bus, "put_link", { link: linkOf(bridge), revision: 0 })),
  );
  const won = outcomes.flatMap((outcome, i) => outcome.status === "fulfilled" ? [targets[i]] : []);
  assert.equal(won.length, 1);
  assert.deepEqual((await ask(bus, "links", {})).links.map(({ link }) => link.target.bridge), won);
});

Deno.test("what is wrong with a link is said with its field; what is not known yet is let in", async () => {
  await using s = await studio();
  const { bus } = s;
  const put = (more: Partial<z.input<typeof Link>>) => ask(bus, "put_link", { link: linkOf("ws-01", more) });
  const target = linkOf().target;
  const cases: [Partial<z.input<typeof Link>>, string][] = [
    [{ target: { ...target, command: "explode" } }, "target.command"],
    [{ target: { ...target, command: "off" } }, "target.command"],
    [{ target: { ...target, argument: "/colour" } }, "target.argument"],
    [{ mapping: { expression: "$eval($)" } }, "mapping.expression"],
  ];
  for (const [more, field] of cases) {
    await assert.rejects(put(more), (error) => {
      assert.ok(error instanceof PatchbayError);
      assert.equal(`${error.code} ${error.issues[0]?.path.join(".")}`, `INVALID_ARGUMENTS ${field}`);
      return true;
    });
  }
  await ask(bus, "put_link", { link: linkOf("ws-01", { target: { ...target, app: "smoke", command: "puff" } }) });
});

Deno.test("how a link does is what the bridge of its target says of this revision, and nobody else", async () => {
  await using s = await studio();
  const { bus } = s;
  const { revision, status } = await ask(bus, "put_link", { link: linkOf() });
  assert.deepEqual([status?.status, status?.reason], ["waiting", "lamp.ws-01 says nothing of it: it may be off"]);
  const report = (bridge: string, live: Pick<LinkStatus, "revision" | "reason">) => {
    const counts = { received: 1, applied: 1, dropped: 0, failed: 0 };
    const links = [{ id: "l1", status: "live", ...live, ...counts, at: 1 }];
    const payload = { app: "lamp", bridge, links };
    send(bus, subjects.linkStatus("lamp", bridge), envelope({ type: "event", payload, source: `lamp.${bridge}` }));
  };
  const until = async (reason: string) => {
    for (;;) {
      const found = await ask(bus, "link", { id: "l1" });
      if (found.status?.reason === reason) return found.status;
    }
  };
  report("ws-01", { revision, reason: "this one" });
  assert.equal((await until("this one")).status, "live");
  const again = await ask(bus, "put_link", { link: linkOf("ws-01", { delayMs: 5 }) });
  assert.equal(again.status?.reason, "lamp.ws-01 has not taken it up yet");
  report("ws-01", { revision: again.revision, reason: "the next one" });
  await until("the next one");
  report("ws-09", { revision: again.revision, reason: "a stranger" });
  await until("lamp.ws-01 says nothing of it: it may be off");
});
