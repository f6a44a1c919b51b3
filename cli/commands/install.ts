/** `patchbay install`: puts the part that runs inside an application into its place. */
import { installAddon } from "@patchbay/bridge-blender";
import { Argument, Command } from "commander";

export function installCommand(_signal: AbortSignal): Command {
  return new Command("install")
    .description("Install the Patchbay add-on into an application.")
    .addArgument(new Argument("<application>", "which application").choices(["blender"]))
    .option("--blender-version <version>", "for which Blender, when several are installed: 4.2")
    .option("--target <folder>", "install here instead of Blender's own folder for add-ons")
    .addHelpText("after", "\nExample:\n  $ patchbay install blender")
    .action(async (_application: "blender", options: { blenderVersion?: string; target?: string }) => {
      const installed = await installAddon({
        ...(options.blenderVersion === undefined ? {} : { blenderVersion: options.blenderVersion }),
        ...(options.target === undefined ? {} : { targetDir: options.target }),
      });
      console.log(`Installed the Patchbay add-on into ${installed.path}\n${installed.next}`);
    });
}
