/** `cli.md`: what `--help` says of every command. */
import { createProgram } from "@patchbay/cli";
import type { Command } from "commander";
import { block, page } from "./markdown.ts";

/** As wide as a block may be read without scrolling. */
const WIDTH = 100;

export function cliReference(): string {
  const program = createProgram(new AbortController().signal);
  return page(
    "The patchbay command",
    "the commands' own `--help`",
    "`patchbay` is `npx -y deno task patchbay` in a checkout.",
    block(helpOf(program)),
    ...program.commands.flatMap((command) => [`## patchbay ${command.name()}`, block(helpOf(command))]),
  );
}

/** All that `--help` prints, examples too, whatever terminal it is called from. */
export function helpOf(command: Command): string {
  let help = "";
  command.configureOutput({
    writeOut: (text) => help += text,
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return help;
}
