import assert from "node:assert/strict";
import { childEnvironment } from "./environment.ts";

Deno.test("a child gets what programs need, and no keys", () => {
  const parent = {
    PATH: "/usr/bin",
    HOME: "/home/ada",
    LC_ALL: "C.UTF-8",
    DISPLAY: ":0",
    ANTHROPIC_API_KEY: "secret",
    AWS_SECRET_ACCESS_KEY: "secret",
    PATCHBAY_KEY: "secret",
    LD_PRELOAD: "evil.so",
    PYTHONSTARTUP: "evil.py",
  };
  assert.deepEqual(childEnvironment(parent, { PATCHBAY_LINKS: "/links" }), {
    PATH: "/usr/bin",
    HOME: "/home/ada",
    LC_ALL: "C.UTF-8",
    DISPLAY: ":0",
    PATCHBAY_LINKS: "/links",
  });
});

Deno.test("Windows writes its names as it likes", () => {
  assert.deepEqual(
    Object.keys(childEnvironment({ Path: "C:\\", SystemRoot: "C:\\Windows", "ProgramFiles(x86)": "C:" })),
    [
      "Path",
      "SystemRoot",
      "ProgramFiles(x86)",
    ],
  );
});
