/** `patchbay bridge`: the agents next to this workstation's applications, in one process. */
import { Command } from "commander";
import { assign, refuseTwins } from "../bridges/assignment.ts";
import { ITEM_GRAMMAR, parseItem } from "../bridges/item.ts";
import { loadBridge } from "../bridges/load.ts";
import { runBridges } from "../bridges/run.ts";
import { EXIT } from "../outcome.ts";
import { addBridgeOptions, type BridgeFlags, homeOf, loggingOf, modeOf, readCredentials } from "./bridge_options.ts";

export function bridgeCommand(signal: AbortSignal): Command {
  const command = new Command("bridge")
    .description("Join applications of this workstation to a studio. Dials out; nothing listens but a private socket.")
    .argument("<bridges...>", `each as ${ITEM_GRAMMAR}`);
  return addBridgeOptions(command)
    .addHelpText("after", EXAMPLES)
    .action(async (texts: string[], flags: BridgeFlags) => {
      const items = texts.map(parseItem);
      await using _logging = await loggingOf(flags);
      const access = { ...flags, credentials: await readCredentials(flags) };
      const assignments = await Promise.all(items.map(async (item) => assign(await loadBridge(item), item, access)));
      refuseTwins(assignments);
      const failed = await runBridges({
        assignments,
        ...(flags.server === undefined ? {} : { server: flags.server }),
        mode: modeOf(flags),
        allowCode: flags.allowCode === true,
        home: homeOf(flags),
        say: (line) => console.log(line),
        signal,
      });
      if (failed > 0) Deno.exitCode = EXIT.failed;
    });
}

const EXAMPLES = `
Examples:
  $ patchbay bridge blender --credentials ws-07.creds --server tls://studio.local:4222
  $ patchbay bridge blender:/opt/blender-4.5/blender --background
  $ patchbay bridge blender ./my-bridge@desk --credentials blender.creds --credentials my-bridge.creds

One bridge that fails leaves the others running; the exit status then is 1.`;
