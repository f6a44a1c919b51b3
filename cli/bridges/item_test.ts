import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { parseItem } from "./item.ts";

const read = (text: string) => {
  const { text: _, ...rest } = parseItem(text);
  return rest;
};

Deno.test("an item names an application, what it shall open, and the bridge's id", () => {
  assert.deepEqual(read("blender"), { kind: { app: "blender" } });
  assert.deepEqual(read("blender@ws-07"), { kind: { app: "blender" }, bridge: "ws-07" });
  assert.deepEqual(read("osc:lights.yaml"), { kind: { app: "osc" }, argument: "lights.yaml" });
  assert.deepEqual(read("osc:shows/tonight.yaml@desk"), {
    kind: { app: "osc" },
    argument: "shows/tonight.yaml",
    bridge: "desk",
  });
});

Deno.test("a folder is known by how its path begins, on every system", () => {
  assert.deepEqual(read("./my-bridge@desk"), { kind: { folder: "./my-bridge" }, bridge: "desk" });
  assert.deepEqual(read("/opt/bridges/lamp:/dev/ttyUSB0"), {
    kind: { folder: "/opt/bridges/lamp" },
    argument: "/dev/ttyUSB0",
  });
  assert.deepEqual(read("C:\\bridges\\lamp:COM3@desk"), {
    kind: { folder: "C:\\bridges\\lamp" },
    argument: "COM3",
    bridge: "desk",
  });
  assert.deepEqual(read("~/lamp"), { kind: { folder: "~/lamp" } });
});

Deno.test("an @ inside a path is part of the path", () => {
  assert.deepEqual(read("./team@home/lamp"), { kind: { folder: "./team@home/lamp" } });
  assert.deepEqual(read("osc:lights@2x.yaml"), { kind: { app: "osc" }, argument: "lights@2x.yaml" });
});

for (const text of ["", "Blender", "blender:", "blender@", "blender@any", "blender@two words", "my bridge"]) {
  Deno.test(`'${text}' is refused with the grammar`, () => {
    assert.throws(
      () => parseItem(text),
      (error) =>
        error instanceof PatchbayError && error.code === "INVALID_CONFIGURATION" && /@<bridge id>/.test(error.remedy),
    );
  });
}

Deno.test("the address of a bridge is refused with how the bridge is started", () => {
  assert.throws(
    () => parseItem("blender.ws-07"),
    /'blender\.ws-07' is the address of a bridge .* write blender@ws-07$/,
  );
});
