/** What a policy asks for, as a person meets it: at the terminal, from a script, and from another terminal. */
import assert from "node:assert/strict";
import { hasProgram } from "@patchbay/testing";
import { join } from "node:path";
import { type Outcome, runPatchbay, startPatchbay } from "../patchbay_command.ts";

const within = (seconds: number) => AbortSignal.timeout(seconds * 1000);

/** A studio with a cube named Hero, which nobody deletes unasked. */
async function withHero(
  test: (patchbay: (...args: string[]) => Promise<Outcome>, home: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-desk-" });
  const signal = within(120);
  const home = join(folder, "home");
  try {
    await using studio = startPatchbay(["studio", "--home", home, "--port", "0", "--simulate"], { signal });
    await studio.line(/^Patchbay is running\./);
    const patchbay = (command: string, ...args: string[]) =>
      runPatchbay([command, "--home", home, ...args], { signal });
    const added = await patchbay("do", "add a red cube named Hero");
    assert.equal(added.code, 0, added.text);
    assert.doesNotMatch(added.text, /approv/i);
    await test(patchbay, home);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a script is told the command that approves, with an exit status of its own; that command runs the plan", () =>
  withHero(async (patchbay) => {
    const asked = await patchbay("do", "delete Hero");
    assert.equal(asked.code, 3, asked.text);
    assert.match(asked.text, /s1 {2}blender\.delete_object {2}destructive {2}by the default for the effect/);
    const [, args = ""] = /\$ patchbay (approve .+)$/m.exec(asked.text) ?? [];
    const [command = "", plan = "", ...where] = args.split(" ");
    assert.match((await patchbay("plans", "--limit", "1")).text, new RegExp(`${plan} {2}awaiting approval`));
    assert.match((await patchbay("plans", plan)).text, /1 step needs an approval/);
    assert.equal((await patchbay("do", "where is Hero")).code, 0, "it is there still");

    assert.equal(where[0], "--home");
    const approved = await patchbay(command, plan, "--follow");
    assert.equal(approved.code, 0, approved.text);
    assert.match(approved.text, /✓ s1 delete_object/);
    assert.match((await patchbay("plans", "--limit", "1")).text, new RegExp(`${plan} {2}succeeded`));
  }));

Deno.test("--yes approves at once; what is rejected does not run, and says who rejected it", () =>
  withHero(async (patchbay) => {
    const asked = await patchbay("do", "delete Hero");
    const [, plan = ""] = /\$ patchbay approve (\S+)/.exec(asked.text) ?? [];
    const rejected = await patchbay("reject", "--reason", "not today");
    assert.equal(rejected.code, 0, rejected.text);
    const again = await patchbay("run", plan, "--yes");
    assert.equal(again.code, 1);
    assert.match(again.text, /CONFLICT: .* 'studio' rejected it: not today/);
    const done = await patchbay("do", "--yes", "delete Hero");
    assert.equal(done.code, 0, done.text);
    assert.match(done.text, /✓ s1 delete_object/);
  }));

Deno.test({
  name: "whoever sits at the terminal is shown what asks, and their y runs it",
  ignore: !await hasProgram("script", ["--version"]),
  fn: () =>
    withHero(async (patchbay, home) => {
      assert.match(await answer(home, "n\n"), /Not approved: nothing runs\./);
      assert.equal((await patchbay("do", "where is Hero")).code, 0);
      const text = await answer(home, "y\n");
      assert.match(text, /delete_object {2}destructive/);
      assert.match(text, /✓ s1 delete_object/);
    }),
});

/** Runs `patchbay do` in a terminal of its own, and answers its question. */
async function answer(home: string, typed: string): Promise<string> {
  const command = `${Deno.execPath()} run --no-prompt -A cli/main.ts do --home ${home} "delete Hero"`;
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", command, "/dev/null"],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    signal: within(60),
  }).spawn();
  const keyboard = child.stdin.getWriter();
  let text = "";
  let asked = false;
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (asked || !text.includes("[y/N]")) continue;
    asked = true;
    await keyboard.write(new TextEncoder().encode(typed));
  }
  await keyboard.close().catch(() => {});
  await child.status;
  return text;
}
