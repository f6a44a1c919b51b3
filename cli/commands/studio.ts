/** `patchbay studio`: everything on this machine, in one process. */
import type { BridgeMode } from "@patchbay/bridge-kit";
import type { Example } from "@patchbay/examples";
import { Command, Option } from "commander";
import { APPLICATIONS } from "../applications.ts";
import { ITEM_GRAMMAR, parseItem } from "../bridges/item.ts";
import { loadBridge } from "../bridges/load.ts";
import { terminalConfirm, whereOf } from "../approval.ts";
import { findExample, outFolder, runExample } from "../examples/run.ts";
import { runInstruction } from "../instruction.ts";
import { checkOut } from "../pictures.ts";
import type { Wanted } from "../studio/choose_bridges.ts";
import { homePath } from "../studio/home.ts";
import { startStudio } from "../studio/start.ts";
import { welcome } from "../studio/welcome.ts";
import { collect, parsePort } from "./options.ts";

interface Options {
  do?: string;
  example?: string;
  exit?: true;
  out?: string;
  home?: string;
  port: number;
  only?: string[];
  blender?: string;
  simulate?: true;
  interface?: true;
  allowCode?: true;
  provider?: string;
  yes?: true;
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
    .option(
      "--only <application>",
      "start no bridge but this application's and those that are named; may be given several times",
      collect,
    )
    .option("--blender <path>", "the Blender to use (default: the one on the PATH or in the usual places)")
    .option("--interface", "wait for the artist's own windows instead of starting Blender in the background")
    .option("--simulate", "use simulators even where there are the applications: Blender's, and those that are named")
    .option("--allow-code", "let commands run Python inside the applications")
    .option("--provider <name>", "who plans: phrasebook (offline) or claude (needs ANTHROPIC_API_KEY)")
    .option("--yes", "with --do, or --example in your own windows: approve what the policies ask for, unasked")
    .addHelpText("after", EXAMPLES)
    .action(async (texts: string[], options: Options) => {
      const example = options.example === undefined ? undefined : findExample(options.example);
      if (example === undefined) await checkOut(options.out);
      const say = (line: string) => console.log(line);
      const approval = { yes: options.yes === true, confirm: terminalConfirm() };
      // this studio ends with what it does: one must run for the approval
      const where = whereOf({ home: homePath(options.home) });
      const elsewhere = { where, first: `patchbay studio ${where}` };
      await using studio = await startStudio({
        home: homePath(options.home),
        port: options.port,
        portFallback: true,
        mode: modeOf(options),
        allowCode: options.allowCode === true,
        ...(options.provider === undefined ? {} : { provider: options.provider }),
        bridges: await bridgesOf(texts, example, options),
        // what an example or --only does not need is left alone
        lookFor: example === undefined && options.only === undefined ? APPLICATIONS : [],
        say,
        signal,
      });
      if (example !== undefined) {
        await studio.bridgesReady(signal);
        const out = options.out ?? outFolder(example);
        // whoever names an example wants what it does, unless the window in which it does it is theirs
        const yes = approval.yes || options.interface !== true;
        Deno.exitCode = await runExample(example, {
          gateway: studio,
          out,
          ...approval,
          yes,
          ...elsewhere,
          say,
          signal,
        });
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
        ...approval,
        ...elsewhere,
        say,
        signal,
      });
      if (signal.aborted) console.log("Taking the studio down…");
    });
}

function modeOf(options: Options): BridgeMode {
  if (options.simulate === true) return "simulator";
  return options.interface === true ? "interface" : "background";
}

/** Those that are named, those that the example needs or `--only` names; else Blender's, which every studio has. */
async function bridgesOf(texts: readonly string[], example: Example | undefined, options: Options): Promise<Wanted[]> {
  const items = texts.map(parseItem);
  for (const app of [...example?.applications ?? [], ...options.only ?? ["blender"]]) {
    if (!items.some(({ kind, bridge }) => "app" in kind && kind.app === app && bridge === undefined)) {
      items.unshift(parseItem(app));
    }
  }
  return await Promise.all(items.map(async (item) => {
    const { kind, argument: named, bridge } = item;
    const isBlender = "app" in kind && kind.app === "blender";
    const argument = named ?? (isBlender && bridge === undefined ? options.blender : undefined);
    return {
      definition: await loadBridge(item),
      item: item.text,
      ...(bridge === undefined ? {} : { bridge }),
      // a Blender whose path was given is the one that is meant
      ...(argument === undefined ? {} : { argument, real: isBlender }),
    };
  }));
}

const EXAMPLES = `
Examples:
  $ patchbay studio
  $ patchbay studio --only touchdesigner
  $ patchbay studio ./my-bridge --simulate
  $ patchbay studio --example music-visual
  $ patchbay studio --do "add a red cube named Hero at 1 2 0.5, put a sun light above it, point a camera at it and render it" --out hero.png`;

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
