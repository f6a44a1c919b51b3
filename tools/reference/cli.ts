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
    ...sections(program),
  );
}

/** A section for each command, and for each command of it: `patchbay workstation install`. */
function sections(parent: Command, name = "patchbay"): string[] {
  return parent.commands.flatMap((command) => {
    const whole = `${name} ${command.name()}`;
    return [`## ${whole}`, block(helpOf(command)), ...sections(command, whole)];
  });
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
