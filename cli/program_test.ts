import assert from "node:assert/strict";
import type { Command } from "commander";
import { createProgram } from "./program.ts";

const program = createProgram(new AbortController().signal);

function helpOf(command: Command): string {
  let help = "";
  command.configureOutput({ writeOut: (text) => help += text });
  command.outputHelp();
  return help;
}

/** Every command with its whole name: `workstation install`. */
function commandsOf(parent: Command, prefix = ""): { name: string; command: Command }[] {
  return parent.commands.flatMap((command) => {
    const name = `${prefix}${command.name()}`;
    return [{ name, command }, ...commandsOf(command, `${name} `)];
  });
}

for (const { name, command } of commandsOf(program)) {
  Deno.test(`patchbay ${name} --help says what it does, what each option means, and gives an example`, () => {
    assert.match(command.description(), /^[A-Z].*\.$/s);
    for (const { long, description } of command.options) assert.notEqual(description, "", `${long} has no description`);
    for (const argument of command.registeredArguments) {
      assert.notEqual(argument.description, "", `<${argument.name()}> has no description`);
    }
    assert.match(helpOf(command), new RegExp(`Examples?:\n {2}\\$ patchbay ${name}`));
  });
}

Deno.test("the program lists every command with its description", () => {
  assert.ok(program.commands.length >= 5);
  const help = helpOf(program).replaceAll(/\s+/g, " ");
  for (const command of program.commands) {
    assert.ok(help.includes(command.description()), command.name());
  }
});
