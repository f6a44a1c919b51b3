/** Two background Blenders share what any of them may render, and one of them is killed in the middle of a picture. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { blender, findBlender } from "@patchbay/bridge-blender";
import { type Bus, openBucket, openLedger, readStream } from "@patchbay/bus";
import { ANY_BRIDGE, type Id, LedgerEntry, Presence, Result, subjects, WILDCARD } from "@patchbay/contracts";
import { decode } from "fast-png";
import { startFarmStudio } from "../farm.ts";
import { descendantsOf, untilEnded } from "../processes.ts";

const MAIN = fileURLToPath(new URL("../../bridges/blender/main.ts", import.meta.url));
const BRIDGES = ["ws-01", "ws-02"];
const [VICTIM = "", SURVIVOR = ""] = BRIDGES;
const PICTURES = 10;
/** Small, but with so many samples that it takes about a second: long enough to be killed within. */
const QUALITY = { engine: "cycles", height: 180, samples: 512 };

const path = await findBlender().catch(() => undefined);
const without = path === undefined ? " (there is no Blender on this machine)" : "";

/** A bridge and its Blender, in processes of their own. */
function startBlender(url: string, bridge: string, home: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", MAIN, "--server", url, "--bridge", bridge, "--work-dir", join(home, bridge)],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let over = false;
  const ended = child.status.then(() => over = true);
  return {
    /** The bridge and all that it has started, at once. */
    async kill(): Promise<number[]> {
      const family = [child.pid, ...await descendantsOf(child.pid)];
      for (const pid of family) Deno.kill(pid, "SIGKILL");
      await ended;
      return family;
    },
    async [Symbol.asyncDispose]() {
      if (!over) child.kill("SIGTERM");
      await ended;
    },
  };
}

async function untilIdle(bus: Bus): Promise<void> {
  const waiting = new Set(BRIDGES);
  for await (const change of (await openBucket(bus, "presence", Presence)).watch()) {
    if (change.kind === "put" && change.value?.status === "idle") waiting.delete(change.value.bridge);
    if (waiting.size === 0) return;
  }
}

/** Resolves when a bridge has just begun its second picture: which one it is. It renders for a while from now. */
async function secondOf(bus: Bus, bridge: string): Promise<Id> {
  const begun = new Set<Id>();
  for await (const message of bus.nc.subscribe("$KV.ledger.blender.any.>")) {
    const entry = LedgerEntry.parse(message.json());
    if (entry.status === "started" && entry.bridge === bridge) begun.add(entry.commandId);
    if (begun.size === 2) return entry.commandId;
  }
  throw new Error(`${bridge} has not begun two pictures`);
}

/** Every result that there is, by its command. */
async function history(bus: Bus): Promise<Map<Id, Result[]>> {
  const results = new Map<Id, Result[]>();
  const subject = subjects.result("blender", WILDCARD, WILDCARD);
  for await (
    const { message } of readStream(bus, "RESULTS", { subject, payload: Result, from: "start", follow: false })
  ) {
    const { commandId } = message.payload;
    results.set(commandId, [...results.get(commandId) ?? [], message.payload]);
  }
  return results;
}

Deno.test({
  name: "two Blenders share ten renders, one is killed in the middle, and ten pictures arrive exactly once" + without,
  ignore: path === undefined,
  async fn() {
    await using stack = new AsyncDisposableStack();
    const home = await Deno.makeTempDir({ prefix: "patchbay-blenders-" });
    stack.defer(() => Deno.remove(home, { recursive: true }));
    const { bus, client, nats } = stack.use(await startFarmStudio());
    const [victim, _survivor] = BRIDGES.map((bridge) => stack.use(startBlender(nats.url, bridge, home)));
    await untilIdle(bus);

    const second = secondOf(bus, VICTIM);
    const widths = Array.from({ length: PICTURES }, (_, i) => 320 + 8 * i);
    const jobs = await Promise.all(
      widths.map((width) => client.jobs.enqueue("blender.any", "render_image", { ...QUALITY, width })),
    );
    const interrupted = await second;
    const killed = await victim?.kill() ?? [];
    assert.ok(killed.length > 1, "the bridge had a Blender");
    await untilEnded(killed, AbortSignal.timeout(20_000));

    const ended = await Promise.all(jobs.map(({ id }) => client.commands.wait(id)));
    const pictures = ended.map(({ status, result }) => {
      assert.ok(status === "succeeded" && result?.ok, JSON.stringify(result));
      return blender.commands.render_image.result.parse(result.value);
    });
    assert.deepEqual(pictures.map(({ width }) => width), widths);
    assert.equal(new Set(pictures.map(({ image }) => image.digest)).size, PICTURES);
    for (const { image, width } of pictures) {
      const content = await (await client.assets.get(image.id)).bytes();
      assert.equal(decode(content).width, width);
    }
    assert.equal((await client.assets.list()).length, PICTURES);

    const results = await history(bus);
    assert.deepEqual([...results.keys()].sort(), jobs.map(({ id }) => id).sort());
    for (const [id, all] of results) assert.equal(all.length, 1, `${id}: ${JSON.stringify(all)}`);
    assert.deepEqual(new Set([...results.values()].flat().map(({ bridge }) => bridge)), new Set(BRIDGES));
    // a render may be done again, so the one that was interrupted was
    const again = await openLedger(bus).find({ app: "blender", bridge: ANY_BRIDGE }, interrupted);
    assert.deepEqual([again?.entry.status, again?.entry.attempts, again?.entry.bridge], ["completed", 2, SURVIVOR]);
    assert.deepEqual(await client.jobs.list(), []);
    assert.deepEqual(await client.alerts.list(), []);
  },
});
