/** `docs/guides/write-a-bridge.md`, followed command by command in a checkout of its own: it shows what it promises. */
import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type GuideStep, guideSteps, missingLine } from "../guide.ts";
import { TextLineStream } from "../text_lines.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const GUIDE = join(root, "docs/guides/write-a-bridge.md");
/** The block that stays open in a terminal of its own. */
const STUDIO = /patchbay studio /;
/** The block that asks who is here, and changes nothing. */
const LOOKS = /\/v1\/bridges /;
const LEFT_OUT = new Set([".git", ".patchbay", "node_modules", "dist", "__pycache__", "target"]);

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (isDirectory && !LEFT_OUT.has(name)) await copyFolder(join(from, name), join(to, name));
    else if (isFile) await Deno.copyFile(join(from, name), join(to, name));
  }
}

/** `npx -y deno …` and `deno …` are this very Deno. */
async function programsIn(folder: string): Promise<string> {
  await Deno.mkdir(folder);
  await Deno.writeTextFile(join(folder, "npx"), '#!/bin/sh\nshift\nexec "$@"\n', { mode: 0o755 });
  await Deno.writeTextFile(join(folder, "deno"), `#!/bin/sh\nexec "${Deno.execPath()}" "$@"\n`, { mode: 0o755 });
  return folder;
}

interface Terminal extends AsyncDisposable {
  readonly lines: string[];
  /** Resolves once it has printed all of these, or has ended. */
  shown(shows: readonly string[]): Promise<void>;
  readonly ended: Promise<{ code: number }>;
}

function openTerminal(text: string, cwd: string, programs: string): Terminal {
  const child = new Deno.Command("sh", {
    args: ["-eu", "-c", text],
    cwd,
    env: { NO_COLOR: "1", PATH: [programs, Deno.env.get("PATH") ?? ""].join(delimiter) },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // so that Ctrl-C reaches all that the shell started
    detached: true,
  }).spawn();
  const lines: string[] = [];
  const news = new EventTarget();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      lines.push(line);
      news.dispatchEvent(new Event("line"));
    }
  };
  let over = false;
  const ended = Promise.all([read(child.stdout), read(child.stderr), child.status]).then(([, , { code }]) => {
    over = true;
    news.dispatchEvent(new Event("line"));
    return { code };
  });
  return {
    lines,
    ended,
    async shown(shows) {
      while (!over && missingLine(shows, lines) !== undefined) {
        await new Promise((resolve) => news.addEventListener("line", resolve, { once: true }));
      }
    },
    async [Symbol.asyncDispose]() {
      if (!over) Deno.kill(-child.pid, "SIGINT");
      await ended;
    },
  };
}

Deno.test({
  name: "the guide to write a bridge works, command by command, and shows what it promises",
  ignore: Deno.build.os === "windows",
  async fn() {
    const steps = guideSteps(await Deno.readTextFile(GUIDE));
    assert.ok(steps.filter(({ kind }) => kind === "sh").length >= 6, "the guide has lost its commands");
    const folder = await Deno.makeTempDir({ prefix: "patchbay-guide-" });
    await using held = new AsyncDisposableStack();
    held.defer(() => Deno.remove(folder, { recursive: true }));
    const checkout = join(folder, "patchbay");
    await copyFolder(root, checkout);
    const programs = await programsIn(join(folder, "programs"));
    let gateway = "http://127.0.0.1:7420";
    for (const step of steps) {
      if (step.kind === "diff") {
        await change(join(checkout, step.file), step);
        continue;
      }
      // the port may be taken on the machine of this test
      const here = (text: string) => text.replaceAll("http://127.0.0.1:7420", gateway);
      if (STUDIO.test(step.text)) {
        const studio = held.use(openTerminal(step.text, checkout, programs));
        const shows = step.shows.map((line) => line.replace(/:7420$/, ":…"));
        await studio.shown(shows);
        assert.equal(missingLine(shows, studio.lines), undefined, studio.lines.join("\n"));
        gateway = studio.lines.map((line) => /^Patchbay is running\.\s+(\S+)/.exec(line)?.[1]).find(Boolean) ?? gateway;
      } else {
        const { code, lines } = await follow(here(step.text), step.shows, checkout, programs);
        assert.equal(code, 0, `${step.text}\n${lines.join("\n")}`);
        assert.equal(missingLine(step.shows, lines), undefined, `${step.text}\n${lines.join("\n")}`);
      }
    }
  },
});

/** Runs one block to its end; who only looks around may look again, for what he sees comes a moment after it is so. */
async function follow(text: string, shows: readonly string[], cwd: string, programs: string) {
  const patience = AbortSignal.timeout(20_000);
  while (true) {
    await using terminal = openTerminal(text, cwd, programs);
    const { code } = await terminal.ended;
    const { lines } = terminal;
    if (!LOOKS.test(text) || patience.aborted || missingLine(shows, lines) === undefined) return { code, lines };
  }
}

async function change(path: string, { before, after, file }: Extract<GuideStep, { kind: "diff" }>): Promise<void> {
  const text = await Deno.readTextFile(path);
  assert.equal(text.split(before).length, 2, `the guide's change of ${file} fits nowhere, or twice:\n${before}`);
  await Deno.writeTextFile(path, text.replace(before, () => after));
}
