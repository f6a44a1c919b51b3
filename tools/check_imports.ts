/** `deno task ok` runs this: fails when an import points against the design's arrows, or in a circle. */
import { checkImports, type SourceFile } from "./import_direction.ts";

const root = new URL("../", import.meta.url);
const { workspace } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root))) as { workspace: string[] };

const members = new Map<string, string>();
for (const folder of workspace) {
  const { name } = JSON.parse(await Deno.readTextFile(new URL(`${folder}/deno.json`, root))) as { name: string };
  members.set(name, folder.replace(/^\.\//, ""));
}

const files = await Array.fromAsync(sources(""));
const violations = checkImports(files, members);
for (const { kind, message } of violations) console.error(`${kind}: ${message}`);
console.log(`import direction: ${files.length} files, ${violations.length} violations`);
if (violations.length > 0) Deno.exit(1);

async function* sources(folder: string): AsyncGenerator<SourceFile> {
  for await (const entry of Deno.readDir(new URL(folder || ".", root))) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory && !/^(\.|node_modules$|dist$)/.test(entry.name)) yield* sources(`${path}/`);
    if (entry.isFile && /\.tsx?$/.test(entry.name)) yield { path, text: await Deno.readTextFile(new URL(path, root)) };
  }
}
