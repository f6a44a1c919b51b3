/** Every example really runs: each of its commands, with what takes it back. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { join } from "node:path";
import { AssetRef, type JsonObject, manifestOf } from "@patchbay/contracts";
import { getAsset, putAsset } from "@patchbay/bus";
import { inverseOf } from "../kit/batches/inverse.ts";
import { fileOf, hasPython, type ScriptStudio, startScriptStudio, until } from "./testing/script_studio.ts";

const test = (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: !hasPython, fn });

interface Example extends ScriptStudio {
  /** Runs a command's inverse, as its manifest says; what came of it is looked at by the test. */
  undo(command: string, args: JsonObject, result: unknown): Promise<unknown>;
}

/** Starts an example and remembers what was called and taken back; at the end it was everything. */
async function withExample(
  name: string,
  env: Record<string, string>,
  use: (example: Example) => Promise<void>,
): Promise<void> {
  const argument = fileOf(`examples/${name}`);
  await using studio = await startScriptStudio({
    argument,
    change: (script) => ({ ...script, program: { ...script.program!, env: { ...script.program!.env, ...env } } }),
  });
  const { commands } = manifestOf(await studio.manifest());
  const called = new Set<string>();
  const undone = new Set<string>();
  const call: Example["call"] = (command, ...rest) => {
    called.add(command);
    return studio.call(command, ...rest);
  };
  await use({
    ...studio,
    call,
    undo(command, args, result) {
      const inverse = inverseOf(commands[command]!, { args, result });
      assert.ok(inverse !== undefined, `${command} claims no undo`);
      undone.add(command);
      return call(inverse.command, inverse.args);
    },
  });
  assert.deepEqual([...called].sort(), Object.keys(commands).sort());
  const undoable = Object.keys(commands).filter((command) => commands[command]!.undo !== "none");
  assert.deepEqual([...undone].sort(), undoable.sort());
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await use(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

test("lights: levels reach the Art-Net node, a fade goes there in steps, and a level is taken back", async () => {
  const socket = createSocket("udp4");
  const packets: Uint8Array[] = [];
  socket.on("message", (packet) => packets.push(packet));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const level = (channel: number) => packets.at(-1)?.[17 + channel];
  try {
    const env = { ARTNET_HOST: "127.0.0.1", ARTNET_PORT: String(socket.address().port) };
    await withExample("artnet_lights.py", env, async (studio) => {
      const args = { channel: 12, level: 0.5 };
      const result = await studio.call("set_level", args);
      await until(() => level(12) === 128);
      assert.equal(new TextDecoder().decode(packets[0]!.subarray(0, 7)), "Art-Net");
      assert.equal(packets[0]!.length, 18 + 512);
      await studio.undo("set_level", args, result);
      await until(() => level(12) === 0);
      packets.length = 0;
      await studio.call("fade", { channel: 1, level: 1, seconds: 0.2 });
      await until(() => level(1) === 255);
      assert.ok(packets.some((packet) => packet[18]! > 0 && packet[18]! < 255), "it went there in one step");
      await studio.call("blackout");
      await until(() => level(1) === 0);
    });
  } finally {
    socket.close();
  }
});

test("lights in a rehearsal: a script that knows of rehearsals acts them out, and no light hears of it", async () => {
  const socket = createSocket("udp4");
  const heard = Promise.withResolvers<string>();
  socket.on("message", (packet) => heard.resolve(new TextDecoder().decode(packet)));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  try {
    await using studio = await startScriptStudio({
      argument: fileOf("examples/artnet_lights.py"),
      mode: "simulator",
      change: (script) => {
        const env = { ...script.program!.env, ARTNET_HOST: "127.0.0.1", ARTNET_PORT: String(port) };
        return { ...script, program: { ...script.program!, env } };
      },
    });
    assert.deepEqual(await studio.call("set_level", { channel: 3, level: 0.5 }), { now: 0.5, before: 0 });
    assert.deepEqual(await studio.call("set_level", { channel: 3, level: 1 }), { now: 1, before: 0.5 });
    socket.send("nothing came before this", port, "127.0.0.1");
    assert.equal(await heard.promise, "nothing came before this");
  } finally {
    socket.close();
  }
});

test("a watched folder: a complete file is told of once, handed over, and one is put there", () =>
  inFolder((folder) =>
    withExample("folder_watch.py", { WATCH_FOLDER: folder }, async (studio) => {
      await using events = studio.events("file_ready");
      await studio.bus.nc.flush();
      await Deno.writeTextFile(join(folder, "täst.exr"), "pixels");
      for await (const { message } of events) {
        assert.deepEqual(message.payload.data, { name: "täst.exr", size: 6 });
        break;
      }
      assert.deepEqual(await studio.call("list_files"), ["täst.exr"]);
      const file = AssetRef.parse(await studio.call("get_file", { name: "täst.exr" }));
      assert.equal(await new Response((await getAsset(studio.bus, file.id))?.content).text(), "pixels");
      assert.equal(await Deno.readTextFile(join(folder, "täst.exr")), "pixels", "the file itself stays");
      const content = new TextEncoder().encode("new");
      const asset = await putAsset(studio.bus, { name: "new.txt", mediaType: "text/plain" }, content);
      assert.equal(await studio.call("put_file", { file: asset }), "new.txt");
      assert.equal(await Deno.readTextFile(join(folder, "new.txt")), "new");
      await assert.rejects(studio.call("get_file", { name: "../secret" }), /no file/);
    })
  ));

test("a projector: it is turned on, read back, and off again; what somebody does at it is seen", async () => {
  const projector = { on: false, source: "hdmi1", celsius: 30 };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (request.method === "POST") Object.assign(projector, await request.json());
    return Response.json(projector);
  });
  try {
    await withExample(
      "http_projector.py",
      { PROJECTOR_URL: `http://127.0.0.1:${server.addr.port}` },
      async (studio) => {
        const result = await studio.call("set_power", { on: true });
        assert.deepEqual([result, projector.on], [{ now: true, before: false }, true]);
        await studio.undo("set_power", { on: true }, result);
        assert.equal(projector.on, false);
        await studio.call("set_source", { source: "sdi" });
        assert.equal(projector.source, "sdi");
        await using events = studio.events("overheated");
        await studio.bus.nc.flush();
        projector.celsius = 95;
        assert.equal(Object(await studio.call("get_state")).celsius, 95);
        for await (const { message } of events) {
          assert.deepEqual(message.payload.data, { celsius: 95 });
          break;
        }
      },
    );
  } finally {
    await server.shutdown();
  }
});

test("a show's clock: frames are counted while it runs, and a cue is called when its time comes", () =>
  withExample("show_clock.py", {}, async (studio) => {
    await using cues = studio.events("cue_called");
    await using frames = studio.channel("frame");
    await studio.bus.nc.flush();
    await studio.call("set_cue", { name: "Licht", at: 10.1 });
    await studio.call("start_clock", { at: 10 });
    for await (const { message } of cues) {
      assert.deepEqual(message.payload.data, { name: "Licht", at: 10.1 });
      break;
    }
    for await (const { message } of frames) {
      assert.ok(Number(message.payload.value) >= 250);
      break;
    }
    assert.deepEqual(await studio.call("list_cues"), { Licht: 10.1 });
    await studio.undo("start_clock", { at: 10 }, 10);
    const stopped = Number(await studio.call("stop_clock"));
    assert.ok(stopped > 10.1);
    assert.equal(await studio.call("stop_clock"), stopped, "it stands");
    assert.equal(await studio.undo("stop_clock", {}, stopped), stopped);
    await until(async () => Number(await studio.call("stop_clock")) > stopped);
  }));

test("a shot list: every change is in the file, and is taken back; a change of the file is told", () =>
  inFolder(async (folder) => {
    const file = join(folder, "shots.csv");
    await withExample("shot_list.py", { SHOT_LIST: file }, async (studio) => {
      const args = { shot: "sc010_sh020", note: 'Größe, "quer"' };
      await studio.call("add_shot", args);
      const status = { shot: args.shot, status: "wip" };
      const result = await studio.call("set_status", status);
      assert.deepEqual(await studio.call("list_shots", { status: "wip" }), [{ ...status, note: args.note }]);
      await studio.undo("set_status", status, result);
      assert.deepEqual(await studio.call("list_shots", { status: "wip" }), []);
      await using events = studio.events("shot_changed");
      await studio.bus.nc.flush();
      await Deno.writeTextFile(file, (await Deno.readTextFile(file)).replace("open", "review"));
      for await (const { message } of events) {
        assert.deepEqual(message.payload.data, { shot: args.shot });
        break;
      }
      await studio.undo("add_shot", args, {});
      assert.deepEqual(await studio.call("list_shots"), []);
      await assert.rejects(studio.call("delete_shot", { shot: args.shot }), /no shot/);
    });
  }));
