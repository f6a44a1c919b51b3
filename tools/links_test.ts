import assert from "node:assert/strict";
import { brokenLinks, linksOf, type Lookup } from "./links.ts";

const root = new URL("../", import.meta.url);

/** `true` for folders and for files that have no headings. */
const onDisk: Lookup = async (path) => {
  try {
    const url = new URL(path, root);
    const { isFile } = await Deno.stat(url);
    return isFile && path.endsWith(".md") ? await Deno.readTextFile(url) : true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
};

async function* pages(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(folder, root))) {
    if (entry.isDirectory) yield* pages(`${folder}${entry.name}/`);
    else if (entry.name.endsWith(".md")) yield `${folder}${entry.name}`;
  }
}

Deno.test("every link in README.md and docs leads to a file, and to a heading where it names one", async () => {
  const broken: string[] = [];
  for (const path of ["README.md", "CHANGELOG.md", ...await Array.fromAsync(pages("docs/"))]) {
    broken.push(...await brokenLinks(path, await Deno.readTextFile(new URL(path, root)), onDisk));
  }
  assert.deepEqual(broken, []);
});

Deno.test("links are found in text, images and references, not in code, and not those to elsewhere", () => {
  const page = [
    '[a](a.md) ![b](img/b.png "title") <img src="c.png"> [`d`](d)',
    "[e]: e.md",
    "[web](https://deno.com) [mail](mailto:a@b.c) `[code](no.md)`",
    "```md\n[block](no.md)\n```",
  ].join("\n");
  assert.deepEqual(linksOf(page).toSorted(), ["a.md", "c.png", "d", "e.md", "img/b.png"]);
});

Deno.test("a link that leads nowhere is named with its page", async () => {
  const files: Record<string, string> = { "docs/b.md": "# Two words\n", "docs/a.md": "# Top\n" };
  const lookup: Lookup = (path) => Promise.resolve(files[path]);
  const page = "[1](b.md) [2](b.md#two-words) [3](#top) [4](c.md) [5](b.md#three) [6](../../x.md)\n\n# Top\n";
  assert.deepEqual(await brokenLinks("docs/a.md", page, lookup), [
    "docs/a.md: c.md leads to no file",
    "docs/a.md: b.md#three leads to no heading of docs/b.md",
    "docs/a.md: ../../x.md leads to no file",
  ]);
});
