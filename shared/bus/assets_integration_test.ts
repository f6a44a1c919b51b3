import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { chunkSubject, metaSubject } from "./asset_object.ts";
import { getAsset, listAssets, putAsset } from "./assets.ts";
import type { Bus } from "./bus.ts";
import { rejection, untilConnected, withCode } from "./bus_fixture.ts";
import { lastMessage } from "./direct_get.ts";
import { callApi } from "./jetstream_api.ts";
import { migrate } from "./migrate.ts";
import { natsCommand, WITHOUT_NATS_COMMAND } from "./nats_command_fixture.ts";

const MIB = 1024 * 1024;
const META = { name: "hero.png", mediaType: "image/png" };

/** The same bytes on each run, in pieces of many sizes. */
function pieces(bytes: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes) return controller.close();
      const piece = new Uint8Array(Math.min(bytes - at, 1 + (at * 7919) % 300_000));
      for (let i = 0; i < piece.length; i += 97) piece[i] = (at + i) & 0xff;
      at += piece.length;
      controller.enqueue(piece);
    },
  });
}

async function digest(content: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of content) hash.update(chunk);
  return hash.digest("hex");
}

async function objects(bus: Bus): Promise<number> {
  const Info = z.looseObject({ state: z.looseObject({ messages: z.number() }) });
  return (await callApi(bus, "STREAM.INFO.OBJ_assets", undefined, Info)).state.messages;
}

/** The upload that an asset's chunks belong to. */
async function uploadOf(bus: Bus, id: string): Promise<string> {
  const last = await lastMessage(bus, "OBJ_assets", metaSubject(id));
  return z.object({ nuid: z.string() }).parse(JSON.parse(new TextDecoder().decode(last?.data))).nuid;
}

Deno.test("twenty MiB go in and come out as they were, under the name of their digest", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const ref = await putAsset(bus, META, pieces(20 * MIB));
  assert.equal(ref.size, 20 * MIB);
  assert.equal(ref.id, await digest(pieces(20 * MIB)));
  assert.equal(ref.digest, `sha-256:${ref.id}`);
  assert.equal(ref.name, "hero.png");
  const found = await getAsset(bus, ref.id);
  assert.deepEqual(found?.ref, ref);
  assert.equal(await digest(found.content), ref.id);
  assert.deepEqual(await listAssets(bus), [ref]);
});

Deno.test("empty content, one byte and exact chunks go in and come out", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  for (const length of [0, 1, 256 * 1024, 512 * 1024, 512 * 1024 + 1]) {
    const content = new Uint8Array(length).fill(length % 251);
    const ref = await putAsset(bus, META, content);
    assert.equal(ref.size, length);
    const found = await getAsset(bus, ref.id);
    assert.deepEqual(new Uint8Array(await new Response(found?.content).arrayBuffer()), content);
  }
});

Deno.test("the same content is stored once, whatever it is called", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const first = await putAsset(bus, META, pieces(MIB));
  const before = await objects(bus);
  const second = await putAsset(bus, { name: "copy.png", mediaType: "image/png" }, pieces(MIB));
  const [third, fourth] = await Promise.all([putAsset(bus, META, pieces(MIB)), putAsset(bus, META, pieces(MIB))]);
  assert.equal(second.id, first.id);
  assert.equal(second.name, "copy.png");
  assert.deepEqual([third, fourth], [first, first]);
  assert.equal(await objects(bus), before);
});

Deno.test("who stores the same content at once stores it once", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const refs = await Promise.all([1, 2, 3, 4].map(() => putAsset(bus, META, pieces(MIB))));
  assert.equal(new Set(refs.map(({ id }) => id)).size, 1);
  const [ref] = refs;
  assert.ok(ref !== undefined);
  assert.equal(await objects(bus), 5, "four chunks and one description");
  assert.equal(await digest((await getAsset(bus, ref.id))!.content), ref.id);
});

Deno.test("an asset that is not there is not found, and what is no id is refused", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  assert.equal(await getAsset(bus, "0".repeat(64)), undefined);
  for (const id of ["", "../etc/passwd", "A".repeat(64), ">"]) {
    await assert.rejects(getAsset(bus, id), withCode("INVALID_ARGUMENTS"));
  }
  for (const name of ["a/b.png", "", "a\nb", "x".repeat(201)]) {
    await assert.rejects(
      putAsset(bus, { name, mediaType: "image/png" }, new Uint8Array(1)),
      withCode("INVALID_ARGUMENTS"),
    );
  }
});

Deno.test("content that was damaged ends with an error instead of with wrong bytes", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const ref = await putAsset(bus, META, pieces(MIB));
  const subject = chunkSubject(await uploadOf(bus, ref.id));
  const purge = (keep: number) => callApi(bus, "STREAM.PURGE.OBJ_assets", { filter: subject, keep }, z.looseObject({}));
  await purge(3);
  await bus.js.publish(subject, new Uint8Array(256 * 1024));
  const swapped = await getAsset(bus, ref.id);
  assert.ok(withCode("INTERNAL")(await rejection(digest(swapped!.content))));
  await purge(1);
  const short = await getAsset(bus, ref.id);
  const error = await rejection(digest(short!.content));
  assert.ok(error.message.includes(`${768 * 1024} bytes are missing`), error.message);
});

Deno.test("a file that is too large, breaks off or is cancelled leaves nothing behind", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const tooLarge = await rejection(putAsset(bus, META, pieces(4 * MIB), { maxBytes: 2 * MIB }));
  assert.ok(withCode("PAYLOAD_TOO_LARGE")(tooLarge));
  assert.deepEqual(tooLarge.context, { limitBytes: 2 * MIB });
  assert.equal((await putAsset(bus, META, pieces(2 * MIB), { maxBytes: 2 * MIB })).size, 2 * MIB);
  const before = await objects(bus);

  const breaks = pieces(4 * MIB).pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        if (chunk.length > 200_000) controller.error(new TypeError("the disk is gone"));
        else controller.enqueue(chunk);
      },
    }),
  );
  await assert.rejects(putAsset(bus, META, breaks), /the disk is gone/);
  const abort = new AbortController();
  const endless = new ReadableStream<Uint8Array>({
    async pull(controller) {
      controller.enqueue(new Uint8Array(300_000));
      if (await objects(bus) > before + 2) abort.abort();
    },
  });
  await assert.rejects(putAsset(bus, META, endless, { signal: abort.signal }), withCode("CANCELLED"));
  assert.equal(await objects(bus), before);
});

Deno.test("a reader that stops half-way stops the server too", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const ref = await putAsset(bus, META, pieces(8 * MIB));
  const found = await getAsset(bus, ref.id);
  for await (const _chunk of found!.content) break;
  const abort = new AbortController();
  const cut = await getAsset(bus, ref.id, { signal: abort.signal });
  const reading = digest(cut!.content);
  abort.abort();
  await assert.rejects(reading);
});

Deno.test("a broker that is restarted while an asset goes in or out does not spoil it", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  let restarting: Promise<void> | undefined;
  const disturbed = pieces(8 * MIB).pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        restarting ??= nats.kill().then(() => nats.restart());
      },
    }),
  );
  const ref = await putAsset(bus, META, disturbed);
  await restarting;
  assert.equal(ref.id, await digest(pieces(8 * MIB)));
  const found = await getAsset(bus, ref.id);
  const hash = createHash("sha256");
  let first = true;
  for await (const chunk of found!.content) {
    hash.update(chunk);
    if (!first) continue;
    first = false;
    await nats.kill();
    await untilConnected(bus, false);
    await nats.restart();
  }
  assert.equal(hash.digest("hex"), ref.id);
});

Deno.test("an asset comes no faster than it is read", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const size = 96 * MIB;
  const ref = await putAsset(bus, META, pieces(size));
  const received = () => bus.nc.stats().inBytes;
  const before = received();
  const found = await getAsset(bus, ref.id);
  const reader = found!.content.getReader();
  await reader.read();
  // until the server sends nothing more: a round trip that brings no bytes but its own
  for (let last = -1; last !== received();) {
    last = received();
    for (let i = 0; i < 5; i++) await bus.nc.flush();
  }
  assert.ok(received() - before < size / 2, `${received() - before} bytes came for one chunk of ${size}`);
  await reader.cancel();
});

Deno.test("`nats object` lists and reads our assets" + WITHOUT_NATS_COMMAND, {
  ignore: WITHOUT_NATS_COMMAND !== "",
}, async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const ref = await putAsset(bus, META, pieces(3 * MIB));
  assert.ok((await natsCommand(nats.url, "object", "ls", "assets")).includes(ref.id));
  const file = await Deno.makeTempFile();
  try {
    await natsCommand(nats.url, "object", "get", "assets", ref.id, "--output", file, "--force", "--no-progress");
    assert.equal(createHash("sha256").update(await Deno.readFile(file)).digest("hex"), ref.id);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("an upload that is given up while its name is on the way leaves content that can be read, or stored again", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const content = new Uint8Array(300_000).fill(7);
  const meta = { name: "a.bin", mediaType: "application/octet-stream" };
  const stop = new AbortController();
  const publish = bus.nc.publish.bind(bus.nc);
  bus.nc.publish = (subject, ...rest) => {
    publish(subject, ...rest);
    if (subject.startsWith("$O.assets.M.")) stop.abort();
  };
  await assert.rejects(putAsset(bus, meta, content, { signal: stop.signal }), withCode("CANCELLED"));
  bus.nc.publish = publish;
  const ref = await putAsset(bus, meta, content);
  const found = await getAsset(bus, ref.id);
  assert.deepEqual(await new Response(found?.content).bytes(), content);
});
