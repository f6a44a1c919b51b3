/** Pictures and sound. */
import assert from "node:assert/strict";
import { encode } from "fast-png";
import { changes, type Checks, code } from "./check.ts";
import { tone } from "../tone.ts";

const blue = () =>
  encode({ width: 4, height: 2, channels: 3, data: new Uint8Array(24).map((_, i) => i % 3 === 2 ? 255 : 0) });

export const mediaChecks: Checks = {
  async load_texture(place) {
    const { studio, at } = place;
    const image = await studio.store("blå.png", "image/png", blue());
    const loaded = await changes(place, "load_texture", { image, parent: at, name: "photo" }, async ({ path }) => {
      const shown = await studio.call("get_top_image", { node: path });
      assert.deepEqual((await studio.pixels(shown.image)).at(1, 1), [0, 0, 255]);
    });
    assert.deepEqual([loaded.type, loaded.width, loaded.height, loaded.errors], ["moviefileinTOP", 4, 2, []]);
    assert.equal(loaded.file, `${image.id}.png`);
    const again = await studio.call("load_texture", { image, parent: at });
    const other = await studio.store(
      "andere.png",
      "image/png",
      encode({ width: 8, height: 8, channels: 3, data: new Uint8Array(192) }),
    );
    const replaced = await changes(place, "load_texture", { image: other, node: again.path });
    assert.deepEqual([replaced.path, replaced.width], [again.path, 8]);
    const script = await studio.store("evil.py", "text/x-python", new TextEncoder().encode("1"));
    await assert.rejects(studio.call("load_texture", { image: script, parent: at }), code("INVALID_ARGUMENTS"));
  },
  async load_audio(place) {
    const { studio, at } = place;
    const audio = await studio.store("lied.wav", "audio/wav", tone({ seconds: 2, loudFrom: 1 }));
    const loaded = await changes(place, "load_audio", { audio, parent: at, name: "music" });
    assert.deepEqual([loaded.type, loaded.level, loaded.errors], ["audiofileinCHOP", `${at}/music_level`, []]);
    await studio.call("load_audio", { audio, parent: at, name: "music" });
    const level = async (frame: number) => {
      await studio.call("set_timeline", { playing: false, frame });
      const { channels } = await studio.call("get_channels", { node: `${at}/music_level` });
      return channels[0]!.value;
    };
    assert.ok(await level(30) < 0.01 && await level(90) > 0.3, "the loudness follows the timeline");
    await studio.call("set_timeline", { playing: true });
    const plain = await studio.call("load_audio", { audio, parent: at, level: false });
    assert.deepEqual([plain.level, plain.channels], [null, ["chan1"]]);
  },
};
