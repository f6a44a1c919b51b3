/** The main job, as a person does it: one command, words in, a picture out. */
import assert from "node:assert/strict";
import { hasProgram } from "@patchbay/testing";
import { join } from "node:path";
import { EXAMPLE_INSTRUCTION } from "../../cli/studio/welcome.ts";
import { runPatchbay, startPatchbay } from "../patchbay_command.ts";
import { isRed, readPicture } from "../picture.ts";

const hasBlender = await hasProgram("blender");
const within = (seconds: number) => AbortSignal.timeout(seconds * 1000);

async function inTempFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-e2e-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function assertRedCube(file: string): Promise<void> {
  const picture = readPicture(await Deno.readFile(file));
  const red = picture.share(isRed);
  assert.ok(red > 0.01 && red < 0.9, `${(red * 100).toFixed(1)} % of the picture is red`);
}

for (const blender of ["a real Blender", "the simulator"] as const) {
  Deno.test({
    name: `one command plans the words, runs them in ${blender} and saves the picture`,
    ignore: blender === "a real Blender" && !hasBlender,
    fn: () =>
      inTempFolder(async (folder) => {
        const out = join(folder, "hero.png");
        const simulate = blender === "the simulator" ? ["--simulate"] : [];
        const args = [
          "studio",
          "--home",
          join(folder, "home"),
          "--port",
          "0",
          ...simulate,
          "--do",
          EXAMPLE_INSTRUCTION,
          "--out",
          out,
        ];
        const { code, text, lines } = await runPatchbay(args, { signal: within(120) });
        assert.equal(code, 0, text);
        for (const step of ["create_object", "create_light", "create_camera", "render_image"]) {
          assert.match(text, new RegExp(step));
        }
        assert.match(text, /trace [0-9a-f]{32}/i);
        assert.match(text, /hero\.png/);
        if (blender === "the simulator") {
          assert.match(lines[0] ?? "", /simulator/i);
        }
        await assertRedCube(out);
      }),
  });
}

Deno.test("a nonsense instruction ends with a failure and says what was not understood", () =>
  inTempFolder(async (folder) => {
    const args = [
      "studio",
      "--home",
      folder,
      "--port",
      "0",
      "--simulate",
      "--do",
      "add a red cube and frobnicate the gizmo",
    ];
    const { code, text } = await runPatchbay(args, { signal: within(60) });
    assert.notEqual(code, 0);
    assert.match(text, /NOT_UNDERSTOOD/);
    assert.match(text, /frobnicate the gizmo/);
  }));

for (const blender of ["a real Blender", "the simulator"] as const) {
  Deno.test({
    name: `Ctrl-C in the middle of an animation cancels it in ${blender}, exits with 130 and leaves nothing running`,
    ignore: blender === "a real Blender" && !hasBlender,
    fn: () =>
      inTempFolder(async (folder) => {
        const simulate = blender === "the simulator" ? ["--simulate"] : [];
        const instruction = "add a cube, spin it and render the animation at 640x360 with 1 sample in workbench";
        const args = ["studio", "--home", folder, "--port", "0", ...simulate, "--do", instruction];
        await using studio = startPatchbay(args, { signal: within(90) });
        await studio.line(/render_animation \d+ %/);
        const serverPid = Number(await Deno.readTextFile(join(folder, "nats", "nats-server.pid")));
        studio.kill("SIGINT");
        const { code, text } = await studio.ended;
        assert.equal(code, 130, text);
        assert.match(text, /Cancelling…/);
        assert.match(text, /render_animation cancelled/);
        assert.match(text, /Run cancelled/);
        assert.throws(() => Deno.kill(serverPid, "SIGCONT"), "the nats-server is still there");
      }),
  });
}

Deno.test("a running studio takes instructions from another terminal and ends on Ctrl-C with nothing left running", () =>
  inTempFolder(async (folder) => {
    const signal = within(90);
    const home = join(folder, "home");
    await using studio = startPatchbay(["studio", "--home", home, "--port", "0", "--simulate"], { signal });
    const [, url] = await studio.line(/^Patchbay is running\.\s+(http:\/\/127\.0\.0\.1:\d+)/);
    const out = join(folder, "hero.png");
    const done = await runPatchbay(["do", "--home", home, EXAMPLE_INSTRUCTION, "--out", out], { signal });
    assert.equal(done.code, 0, done.text);
    await assertRedCube(out);

    const second = await runPatchbay(["studio", "--home", home, "--port", "0", "--simulate"], { signal });
    assert.notEqual(second.code, 0);
    assert.match(second.text, /ALREADY_RUNNING/);

    const serverPid = Number(await Deno.readTextFile(join(home, "nats", "nats-server.pid")));
    studio.kill("SIGINT");
    await studio.ended;
    assert.throws(() => Deno.kill(serverPid, "SIGCONT"), "the nats-server is still there");
    await assert.rejects(fetch(`${url}/healthz`));
  }));
