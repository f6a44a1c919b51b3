import assert from "node:assert/strict";
import { CHECKOUT, outsideConfig, placeOf, withMember } from "./place.ts";

Deno.test("inside the checkout a bridge goes to bridges and into the workspace, elsewhere it stands for itself", () => {
  const root = "/srv/patchbay";
  const place = (cwd: string, dir?: string) =>
    placeOf({ app: "lamp", cwd, root, ...(dir === undefined ? {} : { dir }) });
  assert.deepEqual(place("/srv/patchbay/docs"), { folder: "/srv/patchbay/bridges/lamp", member: "./bridges/lamp" });
  assert.deepEqual(place("/srv/patchbay", "bridges/light"), {
    folder: "/srv/patchbay/bridges/light",
    member: "./bridges/light",
  });
  assert.deepEqual(place("/home/ana"), { folder: "/home/ana/lamp" });
  assert.deepEqual(place("/srv/patchbay", "/home/ana/x"), { folder: "/home/ana/x" });
  assert.deepEqual(place("/srv/patchbay", "../patchbay-lamp"), { folder: "/srv/patchbay-lamp" });
});

Deno.test("a member is added after the other bridges, and the rest stays as it is written", () => {
  const text = '{\n  "workspace": [\n    "./bridges/kit",\n    "./cli"\n  ],\n  "imports": {}, "x": 1\n}\n';
  const added = withMember(text, "./bridges/lamp");
  assert.equal(added, text.replace('"./bridges/kit",\n', '"./bridges/kit",\n    "./bridges/lamp",\n'));
  assert.equal(withMember(added, "./bridges/lamp"), added);
  assert.throws(() => withMember('{"workspace":["./cli"],"imports":{}}', "./bridges/lamp"), /another form/);
});

Deno.test("from elsewhere, every part of the checkout can be imported, in the versions that it has", async () => {
  const { imports } = JSON.parse(await outsideConfig(CHECKOUT));
  assert.match(imports["zod"], /^npm:zod@\d/);
  for (
    const name of ["@patchbay/contracts", "@patchbay/bus/nats-server", "@patchbay/bridge-kit", "@patchbay/testing"]
  ) {
    assert.ok((await Deno.stat(new URL(imports[name]))).isFile, name);
  }
});
