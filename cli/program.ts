/** Every command of `patchbay`, with its options and an example. */
import { Command } from "commander";
import { bridgeCommand } from "./commands/bridge.ts";
import { doCommand } from "./commands/do.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { installCommand } from "./commands/install.ts";
import { newBridgeCommand } from "./commands/new_bridge.ts";
import { rehearsalCommand, rehearseCommand } from "./commands/rehearsal.ts";
import { studioCommand } from "./commands/studio.ts";
import { approveCommand, plansCommand, rejectCommand, runCommand } from "./commands/plans.ts";
import { cancelCommand, runsCommand } from "./commands/runs.ts";
import { triggersCommand } from "./commands/triggers.ts";
import { redoCommand, undoCommand } from "./commands/undo.ts";
import { workstationCommand } from "./commands/workstation.ts";
import { VERSION } from "./version.ts";

/** @param signal fires at Ctrl-C: every command stops at it and leaves nothing running */
export function createProgram(signal: AbortSignal): Command {
  const program = new Command("patchbay")
    .description("A patch bay for creative applications: say what you want, and it happens in Blender and the others.")
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError("(add --help for the options and an example)");
  for (
    const make of [
      studioCommand,
      doCommand,
      rehearseCommand,
      plansCommand,
      runCommand,
      approveCommand,
      rejectCommand,
      runsCommand,
      cancelCommand,
      undoCommand,
      redoCommand,
      triggersCommand,
      bridgeCommand,
      workstationCommand,
      rehearsalCommand,
      newBridgeCommand,
      installCommand,
      doctorCommand,
    ]
  ) {
    program.addCommand(make(signal).copyInheritedSettings(program));
  }
  return program;
}
