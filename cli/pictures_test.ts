import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { checkOut, freeName } from "./pictures.ts";

Deno.test("where a picture cannot be saved is said before anything is rendered", async () => {
  await checkOut(undefined);
  await checkOut("hero.png");
  await checkOut("nowhere/");
  await assert.rejects(checkOut("nowhere/at/all/hero.png"), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(
      error.message,
      "Cannot save the picture as nowhere/at/all/hero.png: there is no folder nowhere/at/all",
    );
    return true;
  });
});

Deno.test("an image's name is that of a file in the folder, whatever it was called, and none twice", () => {
  assert.equal(freeName("frame_0001.png", new Set()), "frame_0001.png");
  assert.equal(freeName("render.png", new Set(["render.png"])), "render-2.png");
  assert.equal(freeName("Render.png", new Set(["render.png", "render-2.png"])), "Render-3.png");
  assert.equal(freeName("../../etc/passwd", new Set()), "__.._etc_passwd");
  assert.equal(freeName("..", new Set()), "_");
  assert.equal(freeName("", new Set()), "image");
});
