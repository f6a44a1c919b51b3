/**
 * `deno task check` runs this: type-checks the examples in doc comments and in Markdown. Deno imports all that an example's file
 * exports into the example, so the two options that refuse unused names are off for it, and for it alone.
 */
const root = new URL("../", import.meta.url);
const config = new URL(".deno.examples.json", root);

const settings = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
Object.assign(settings.compilerOptions, { noUnusedLocals: false, noUnusedParameters: false });
await Deno.writeTextFile(config, JSON.stringify(settings));
try {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "--doc-only", "--config", ".deno.examples.json", "."],
    cwd: root,
    stdin: "null",
  }).spawn().status;
  console.log(code === 0 ? "doc examples: all type-check" : "doc examples: see above");
  Deno.exitCode = code;
} finally {
  await Deno.remove(config);
}
