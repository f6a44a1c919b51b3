import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { bridge } from "./bridge.ts";
import { findTouchDesigner } from "./find.ts";
import { findPython } from "./simulator.ts";

async function folderWith(...files: string[]) {
  const path = await Deno.makeTempDir({ prefix: "patchbay-find-" });
  for (const file of files) {
    await Deno.mkdir(dirname(join(path, file)), { recursive: true });
    await Deno.writeTextFile(join(path, file), "");
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

const environment = (values: Record<string, string>) => ({ get: (name: string) => values[name] });

Deno.test("of several TouchDesigners the newest is found", async () => {
  const program = (version: string) => `Derivative/TouchDesigner${version}/bin/TouchDesigner.exe`;
  await using folder = await folderWith(program(".2022.35320"), program(".2023.11880"));
  const env = environment({ ProgramFiles: folder.path });
  assert.equal(await findTouchDesigner({ env, os: "windows" }), join(folder.path, program(".2023.11880")));
});

Deno.test("a named TouchDesigner is the only one that is looked at; where there is none, it is said", async () => {
  await using folder = await folderWith("mine");
  const mine = join(folder.path, "mine");
  assert.equal(await findTouchDesigner({ env: environment({ PATCHBAY_TOUCHDESIGNER: mine }) }), mine);
  assert.equal(await findTouchDesigner({ env: environment({ PATCHBAY_TOUCHDESIGNER: `${mine}-not` }) }), undefined);
  assert.equal(await findTouchDesigner({ env: environment({}), os: "linux" }), undefined);
});

Deno.test("the simulator says so where there is no Python", async () => {
  await assert.rejects(
    findPython(environment({ PATH: "/nowhere" })),
    (error: { code?: string; remedy?: string }) =>
      error.code === "APP_NOT_FOUND" && /PATCHBAY_PYTHON/.test(error.remedy ?? ""),
  );
});

Deno.test("what stands after the colon is a port, or refused", async () => {
  for (const argument of ["", "0", "70000", "no", "-1", "1e3"]) {
    await assert.rejects(
      bridge.start({ argument } as Parameters<typeof bridge.start>[0]),
      { code: "INVALID_CONFIGURATION" },
      argument,
    );
  }
});
