/** The example over three applications, as a person runs it: what it prints, and what lies in its folder afterwards. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { LIVE_PORT, REPLY_PORT, startLiveSimulator } from "@patchbay/bridge-ableton";
import { createClient } from "@patchbay/client";
import { hasProgram } from "@patchbay/testing";
import { encodeWav } from "../../bridges/ableton/simulator/wav.ts";
import { GAP, WAVE_HEIGHT } from "../../cli/examples/contact_sheet.ts";
import { MELODY, SAMPLES } from "../../examples/music-visual/score.ts";
import { runPatchbay, startPatchbay } from "../patchbay_command.ts";
import { type Picture, readPicture } from "../picture.ts";
import { readSound } from "../sound.ts";

const hasBlender = await hasProgram("blender");
const within = (seconds: number) => AbortSignal.timeout(seconds * 1000);
const EXAMPLE = ["studio", "--port", "0", "--example", "music-visual"];

async function inTempFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-music-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "music becomes visuals in a real Blender, with simulators of what is not here, and it ends with its outcome",
  ignore: !hasBlender,
  fn: () =>
    inTempFolder(async (folder) => {
      const out = join(folder, "made");
      const args = [...EXAMPLE, "--home", join(folder, "home"), "--out", out, "--exit"];
      const { code, text, lines } = await runPatchbay(args, { signal: within(400) });
      assert.equal(code, 0, text);
      assert.match(text, /Blender at .*blender/);
      checkLog(lines);
      await checkOutputs(out);
    }),
});

Deno.test("music becomes visuals in simulators alone, and the studio stays with its link", () =>
  inTempFolder(async (folder) => {
    const [home, out] = [join(folder, "home"), join(folder, "made")];
    const signal = within(300);
    await using studio = startPatchbay([...EXAMPLE, "--home", home, "--out", out, "--simulate"], { signal });
    await studio.line(/Ctrl-C takes everything down/);
    checkLog(studio.lines);
    await checkOutputs(out);
    const [, url = ""] = await studio.line(/Patchbay is running\.\s+(\S+)/);
    const key = (await Deno.readTextFile(join(home, "key"))).trim();
    const links = await createClient({ url, key }).links.list({ signal });
    assert.deepEqual(links.map(({ link }) => link.id), ["meter-to-column"]);
    studio.kill("SIGINT");
    assert.equal((await studio.ended).code, 0);
  }));

Deno.test("with the published AbletonOSC a person exports the sound, and the plan goes on with it", () =>
  inTempFolder(async (folder) => {
    // where AbletonOSC listens: a Live of this machine's own would be in the way
    await using _live = await startLiveSimulator({ port: LIVE_PORT, replyPort: REPLY_PORT, extended: false });
    const out = join(folder, "made");
    const args = [...EXAMPLE, "--home", join(folder, "home"), "--out", out, "--exit"];
    await using studio = startPatchbay(args, { signal: within(400) });
    await studio.line(/^Note: Live: .*cannot load devices/);
    const [, exports = ""] = await studio.line(/export export_audio .*save into (\S+)/);
    const half = Float32Array.from({ length: 4 * 8_000 }, (_, i) => Math.sin(i / 8) * (i % 4_000 < 1_000 ? 0.5 : 0.05));
    const exported = encodeWav({ rate: 8_000, left: half, right: half });
    await Deno.writeFile(join(exports, "Two bars.wav"), exported);
    const { code, text } = await studio.ended;
    assert.equal(code, 0, text);
    assert.doesNotMatch(text, /add_device/);
    assert.deepEqual(await Deno.readFile(join(out, "music.wav")), exported);
    assert.match(text, /Link meter-to-column: .* 0 failed/);
  }));

Deno.test("an example that there is not is refused with those that there are", async () => {
  const { code, text } = await runPatchbay(["studio", "--example", "musik"], { signal: within(60) });
  assert.equal(code, 1);
  assert.match(text, /NOT_FOUND: Cannot run the example 'musik': there is music-visual/);
});

/** The plan was printed, its order was kept, applications worked side by side, and the link carried values. */
function checkLog(lines: readonly string[]): void {
  const appOf = new Map<string, string>();
  const running = new Set<string>();
  const ended: string[] = [];
  let together = 0;
  for (const line of lines) {
    const [, planned, app] = /^ {2}(\w+) +(\w+)\.\w+ /.exec(line) ?? [];
    if (planned !== undefined && app !== undefined) appOf.set(planned, app);
    const [, mark, step] = /^ {2}([▶✓✗]) (\w+) /.exec(line) ?? [];
    if (step === undefined) continue;
    if (mark === "▶") {
      running.add(step);
      if (step === "music") assert.ok(ended.includes("export"), "TouchDesigner loads what Live has exported");
    } else {
      running.delete(step);
      ended.push(step);
    }
    together = Math.max(together, new Set([...running].map((id) => appOf.get(id))).size);
  }
  assert.deepEqual(new Set(appOf.values()), new Set(["ableton", "touchdesigner", "blender"]));
  assert.deepEqual(new Set(ended), new Set(appOf.keys()));
  assert.equal(ended.at(-1), "render");
  assert.ok(together >= 2, `steps of ${together} application ran at once`);
  const [, applied, failed] = /^Link meter-to-column: .* (\d+) applied, .* (\d+) failed/m.exec(lines.join("\n")) ?? [];
  assert.ok(Number(applied) >= 15, `${applied} values were applied`);
  assert.equal(failed, "0");
}

async function checkOutputs(out: string): Promise<void> {
  const picture = async (...path: string[]) => readPicture(await Deno.readFile(join(out, ...path)));
  checkMusic(await Deno.readFile(join(out, "music.wav")));

  const frames = await Promise.all(
    SAMPLES.map(({ frame }) => picture("frames", `${String(frame).padStart(4, "0")}.png`)),
  );
  checkFrames(frames);

  // TouchDesigner draws a disc as large as the music is loud: pictures 1 and 11 are on a beat, 6 and 16 between two
  const disc = async (number: number) => (await picture("pictures", `picture${number}-visuals.png`)).share(isOrange);
  for (const [loud, quiet] of [[1, 6], [11, 16]] as const) {
    const [large, small] = [await disc(loud), await disc(quiet)];
    assert.ok(large > 1.5 * small && small > 0, `the disc is ${large} of the picture on the beat, ${small} off it`);
  }

  const sheet = await picture("contact-sheet.png");
  const row = 180 + GAP + WAVE_HEIGHT + GAP;
  assert.deepEqual([sheet.width, sheet.height], [4 * (320 + GAP) + GAP, GAP + 4 * row + 180 + GAP]);
  const live = await Array.fromAsync(Deno.readDir(join(out, "live")));
  assert.equal(live.length, 4, "it was looked at four times while Live played");
}

/** On each beat a kick, low and short, and one note of the melody. */
function checkMusic(wav: Uint8Array): void {
  const sound = readSound(wav);
  assert.equal(sound.seconds, 4);
  const others = new Set<number>(MELODY);
  for (const [beat, pitch] of MELODY.entries()) {
    const at = beat / 2;
    const loudness = (midi: number) => sound.loudness(440 * 2 ** ((midi - 69) / 12), at + 0.2, at + 0.44);
    for (const other of others) {
      if (other === pitch) continue;
      assert.ok(loudness(pitch) > 3 * loudness(other), `beat ${beat} sounds like ${pitch}, not like ${other}`);
    }
    assert.ok(sound.power(at + 0.01, at + 0.09) > 1.5 * sound.power(at + 0.35, at + 0.43), `beat ${beat} has a kick`);
  }
}

/** Blender's ball is as large as TouchDesigner hears the music: on each beat larger than after it. */
function checkFrames(frames: readonly Picture[]): void {
  for (const { width, height } of frames) assert.deepEqual([width, height], [320, 180]);
  const balls = frames.map((frame) => frame.share(isOrange));
  for (let i = 0; i < balls.length; i += 2) {
    const [on, off] = [balls[i]!, balls[i + 1]!];
    assert.ok(on > 1.5 * off && off > 0.001, `frame ${i + 1}: the ball is ${on} of the picture, then ${off}`);
  }
}

const isOrange = (red: number, green: number, blue: number): boolean =>
  red > 0.4 && green > 0.2 * red && green < 0.85 * red && blue < 0.5 * green;
