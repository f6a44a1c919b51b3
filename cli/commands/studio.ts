/** `patchbay studio`: everything on this machine, in one process. */
import { Command } from "commander";
import { ITEM_GRAMMAR, parseItem } from "../bridges/item.ts";
import { loadBridge } from "../bridges/load.ts";
import { runInstruction } from "../instruction.ts";
import { checkOut } from "../pictures.ts";
import { homePath } from "../studio/home.ts";
import { startStudio } from "../studio/start.ts";
import { welcome } from "../studio/welcome.ts";
import { parsePort } from "./options.ts";

interface Options {
  do?: string;
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
    .argument("[bridges...]", `more bridges, each as ${ITEM_GRAMMAR}`)
    .option("--do <instruction>", "run one instruction, then end with its outcome")
    .option("--out <path>", "with --do: save the last image in this file; all of them where it is a folder")
    .option("--home <folder>", "where everything is kept (default: $PATCHBAY_HOME, or .patchbay)")
    .option("--port <number>", "where the gateway listens; another port if it is taken", parsePort, 7420)
    .option("--blender <path>", "the Blender to use (default: the one on the PATH or in the usual places)")
    .option("--interface", "wait for the artist's own Blender window instead of starting one in the background")
    .option("--simulate", "use simulators even where there are the applications")
    .option("--allow-code", "let commands run Python inside the applications")
    .option("--provider <name>", "who plans: phrasebook (offline) or claude (needs ANTHROPIC_API_KEY)")
    .addHelpText("after", EXAMPLES)
    .action(async (texts: string[], options: Options) => {
      await checkOut(options.out);
      const more = await Promise.all(texts.map(async (text) => {
        const item = parseItem(text);
        return { ...item, definition: await loadBridge(item) };
      }));
      await using studio = await startStudio({
        home: homePath(options.home),
        port: options.port,
        portFallback: true,
        blender: options.simulate === true ? "simulator" : options.interface === true ? "interface" : "background",
        ...(options.blender === undefined ? {} : { blenderPath: options.blender }),
        allowCode: options.allowCode === true,
        ...(options.provider === undefined ? {} : { provider: options.provider }),
        more,
        say: (line) => console.log(line),
        signal,
      });
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
        say: (line) => console.log(line),
        signal,
      });
      if (signal.aborted) console.log("Taking the studio down…");
    });
}

const EXAMPLES = `
Examples:
  $ patchbay studio
  $ patchbay studio ./my-bridge --simulate
  $ patchbay studio --do "add a red cube named Hero at 1 2 0.5, put a sun light above it, point a camera at it and render it" --out hero.png`;

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
