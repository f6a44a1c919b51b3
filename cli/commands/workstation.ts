/** `patchbay workstation`: a bridge for each application of this machine, as a service if one likes. */
import { Command } from "commander";
import { APPLICATIONS } from "../applications.ts";
import { refuseTwins } from "../bridges/assignment.ts";
import { ITEM_GRAMMAR } from "../bridges/item.ts";
import { runBridges } from "../bridges/run.ts";
import { EXIT } from "../outcome.ts";
import { gatherBridges } from "../workstation/gather.ts";
import { installService, serviceOf, thisMachine, uninstallService } from "../workstation/service.ts";
import { addBridgeOptions, type BridgeFlags, homeOf, loggingOf, modeOf, readCredentials } from "./bridge_options.ts";
import { collect } from "./options.ts";

interface Flags extends BridgeFlags {
  only?: string[];
  except?: string[];
}

export function workstationCommand(signal: AbortSignal): Command {
  const command = new Command("workstation")
    .description("Start a bridge for each application found on this workstation, and keep them running.")
    .argument("[bridges...]", `more bridges, each as ${ITEM_GRAMMAR}`)
    .option("--only <application>", "start nothing but this application; may be given several times", collect)
    .option("--except <application>", "leave this application out; may be given several times", collect);
  addBridgeOptions(command)
    .addHelpText("after", EXAMPLES)
    .action((bridges: string[], flags: Flags) => run(bridges, flags, signal));
  return command.addCommand(installCommand()).addCommand(uninstallCommand());
}

async function run(texts: readonly string[], flags: Flags, signal: AbortSignal): Promise<void> {
  await using _logging = await loggingOf(flags);
  const say = (line: string) => console.log(line);
  const assignments = await gatherBridges({
    applications: APPLICATIONS,
    more: texts,
    ...(flags.only === undefined ? {} : { only: flags.only }),
    ...(flags.except === undefined ? {} : { except: flags.except }),
    simulate: flags.simulate === true,
    access: { ...flags, credentials: await readCredentials(flags) },
    say,
    signal,
  });
  refuseTwins(assignments);
  const failed = await runBridges({
    assignments,
    ...(flags.server === undefined ? {} : { server: flags.server }),
    mode: modeOf(flags),
    allowCode: flags.allowCode === true,
    home: homeOf(flags),
    say,
    signal,
  });
  if (failed > 0) Deno.exitCode = EXIT.failed;
}

function installCommand(): Command {
  return new Command("install")
    .description("Let this workstation's bridges start when its user logs in.")
    .argument("[arguments...]", "what the service passes to `patchbay workstation`, after a `--`")
    .option("--print", "only print the service's definition")
    .addHelpText("after", "\nExample:\n  $ patchbay workstation install -- --server tls://studio.local:4222")
    .action(async (args: string[], { print }: { print?: true }) => {
      const service = serviceOf({ ...thisMachine(), args });
      if (print === true) return void await Deno.stdout.write(new TextEncoder().encode(service.text));
      await installService(service, (line) => console.log(line));
    });
}

function uninstallCommand(): Command {
  return new Command("uninstall")
    .description("Stop the workstation's service, and start it at login no more.")
    .option("--print", "only print what would be done")
    .addHelpText("after", "\nExample:\n  $ patchbay workstation uninstall")
    .action(async ({ print }: { print?: true }) => {
      await uninstallService(serviceOf({ ...thisMachine(), args: [] }), (line) => console.log(line), {
        dryRun: print === true,
      });
    });
}

const EXAMPLES = `
Examples:
  $ patchbay workstation
  $ patchbay workstation --except blender ./my-bridge@desk
  $ patchbay workstation install

It says what it finds and what it does not find. Credentials lie in $PATCHBAY_HOME/credentials/*.creds.`;
