import assert from "node:assert/strict";
import { hasProgram } from "@patchbay/testing";
import { join } from "node:path";
import { encode } from "fast-png";
import { makeFilm } from "./film.ts";

const hasFfmpeg = await hasProgram("ffmpeg", ["-version"]);

/** Three frames in a folder with an awkward name. */
async function withFrames(test: (folder: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "patchbay-film-" });
  const folder = join(parent, "Jule's film");
  try {
    await Deno.mkdir(join(folder, "frames"), { recursive: true });
    for (const frame of [1, 7, 13]) {
      const data = new Uint8Array(16 * 16 * 3).fill(frame * 15);
      const png = encode({ width: 16, height: 16, channels: 3, data });
      await Deno.writeFile(join(folder, "frames", `${String(frame).padStart(4, "0")}.png`), png);
    }
    await test(folder);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("without ffmpeg there is no film, and it is said why", () =>
  withFrames(async (folder) => {
    const film = await makeFilm({ folder, frames: [1, 7, 13], fps: 24, ffmpeg: join(folder, "ffmpeg") });
    assert.deepEqual(film, { missing: "there is no ffmpeg on the PATH" });
  }));

Deno.test({
  name: "ffmpeg makes a film of the frames, each for as long as it stands for",
  ignore: !hasFfmpeg,
  fn: () =>
    withFrames(async (folder) => {
      assert.deepEqual(await makeFilm({ folder, frames: [1, 7, 13], fps: 24 }), { path: join(folder, "film.mp4") });
      const { stdout } = await new Deno.Command("ffprobe", {
        args: ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", join(folder, "film.mp4")],
      }).output();
      const seconds = Number(new TextDecoder().decode(stdout));
      assert.ok(Math.abs(seconds - 0.75) < 0.1, `the film takes ${seconds} s`);
    }),
});

Deno.test({
  name: "what ffmpeg does not like is told in its own words",
  ignore: !hasFfmpeg,
  fn: () =>
    withFrames(async (folder) => {
      const film = await makeFilm({ folder, frames: [2], fps: 24 });
      assert.match("missing" in film ? film.missing : "", /^ffmpeg failed: .*0002\.png/s);
    }),
});
