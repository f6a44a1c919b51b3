/** `patchbay studio`: everything on this machine, in one process. */
import type { Example } from "@patchbay/examples";
import { Command, Option } from "commander";
import { ITEM_GRAMMAR, parseItem } from "../bridges/item.ts";
import { loadBridge } from "../bridges/load.ts";
import { findExample, outFolder, runExample } from "../examples/run.ts";
import { runInstruction } from "../instruction.ts";
import { checkOut } from "../pictures.ts";
import { homePath } from "../studio/home.ts";
import { startStudio, type StudioBridge } from "../studio/start.ts";
import { welcome } from "../studio/welcome.ts";
import { parsePort } from "./options.ts";

interface Options {
  do?: string;
  example?: string;
  exit?: true;
  out?: string;
  home?: string;
  port: number;
  blender?: string;
  simulate?: true;
  interface?: true;
  allowCode?: true;
  provider?: string;
}

export function studioCommand(signal: AbortSignal): Command {
  return new Command("studio")
    .description("Start a whole studio on this machine: NATS, the services, and a bridge for each application found.")
    .argument("[bridges...]", `more bridges, each as ${ITEM_GRAMMAR}; its simulator where the application is not found`)
    .option("--do <instruction>", "run one instruction, then end with its outcome")
    .addOption(
      new Option("--example <name>", "run an example over several applications: music-visual").conflicts("do"),
    )
    .option("--exit", "with --example: end with its outcome, instead of leaving the studio running")
    .option(
      "--out <path>",
      "with --do: save the last image in this file; all of them where it is a folder. With --example: the folder for all that it makes",
    )
    .option("--home <folder>", "where everything is kept (default: $PATCHBAY_HOME, or .patchbay)")
    .option("--port <number>", "where the gateway listens; another port if it is taken", parsePort, 7420)
    .option("--blender <path>", "the Blender to use (default: the one on the PATH or in the usual places)")
    .option("--interface", "wait for the artist's own Blender window instead of starting one in the background")
    .option("--simulate", "use simulators even where there are the applications")
    .option("--allow-code", "let commands run Python inside the applications")
    .option("--provider <name>", "who plans: phrasebook (offline) or claude (needs ANTHROPIC_API_KEY)")
    .addHelpText("after", EXAMPLES)
    .action(async (texts: string[], options: Options) => {
      const example = options.example === undefined ? undefined : findExample(options.example);
      if (example === undefined) await checkOut(options.out);
      const say = (line: string) => console.log(line);
      const items = await itemsOf(texts, example, options);
      await using studio = await startStudio({
        home: homePath(options.home),
        port: options.port,
        portFallback: true,
        blender: options.simulate === true ? "simulator" : options.interface === true ? "interface" : "background",
        ...(items.blender === undefined ? {} : { blenderPath: items.blender }),
        allowCode: options.allowCode === true,
        ...(options.provider === undefined ? {} : { provider: options.provider }),
        more: items.more,
        say,
        signal,
      });
      if (example !== undefined) {
        await studio.bridgesReady(signal);
        const out = options.out ?? outFolder(example);
        Deno.exitCode = await runExample(example, { gateway: studio, out, say, signal });
        if (options.exit === true || signal.aborted) return;
      }
      if (options.do === undefined) {
        console.log(welcome(studio));
        await stopped(signal);
        console.log("Taking the studio down…");
        return;
      }
      await studio.bridgesReady(signal);
      Deno.exitCode = await runInstruction(options.do, {
        gateway: studio,
        ...(options.out === undefined ? {} : { out: options.out }),
        say,
        signal,
      });
      if (signal.aborted) console.log("Taking the studio down…");
    });
}

/** The bridges besides Blender's, which every studio has: those that are named, and those that the example needs. */
async function itemsOf(texts: readonly string[], example: Example | undefined, options: Options) {
  const named = texts.map(parseItem);
  const more: StudioBridge[] = [];
  let blender = options.blender;
  const needed = example?.applications.filter((app) => !named.some(({ kind }) => "app" in kind && kind.app === app));
  for (const item of [...named, ...(needed ?? []).map(parseItem)]) {
    if ("app" in item.kind && item.kind.app === "blender" && item.bridge === undefined) {
      blender = item.argument ?? blender;
      continue;
    }
    more.push({ ...item, definition: await loadBridge(item) });
  }
  return { blender, more };
}

const EXAMPLES = `
Examples:
  $ patchbay studio
  $ patchbay studio ableton touchdesigner
  $ patchbay studio ./my-bridge --simulate
  $ patchbay studio --example music-visual
  $ patchbay studio --do "add a red cube named Hero at 1 2 0.5, put a sun light above it, point a camera at it and render it" --out hero.png`;

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
