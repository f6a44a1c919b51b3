/** `patchbay install`: puts the part that runs inside an application into its place. */
import { Argument, Command } from "commander";
import { APPLICATIONS } from "../applications.ts";

const INSTALLABLE = APPLICATIONS.filter(({ install }) => install !== undefined);

export function installCommand(signal: AbortSignal): Command {
  return new Command("install")
    .description("Install the Patchbay add-on into an application.")
    .addArgument(new Argument("<application>", "which application").choices(INSTALLABLE.map(({ app }) => app)))
    .option("--blender-version <version>", "for which Blender, when several are installed: 4.2")
    .option("--from <folder>", "where you have unpacked AbletonOSC, which Patchbay does not ship")
    .option("--target <folder>", "install here instead of the application's own folder for add-ons")
    .addHelpText("after", "\nExamples:\n  $ patchbay install blender\n  $ patchbay install touchdesigner")
    .action(async (application: string, options: { blenderVersion?: string; from?: string; target?: string }) => {
      const definition = INSTALLABLE.find(({ app }) => app === application);
      const installed = await definition?.install?.({
        ...(options.blenderVersion === undefined ? {} : { version: options.blenderVersion }),
        ...(options.from === undefined ? {} : { from: options.from }),
        ...(options.target === undefined ? {} : { target: options.target }),
        signal,
      });
      if (installed !== undefined) {
        console.log(`Installed the Patchbay add-on into ${installed.path}\n${installed.next}`);
      }
    });
}
