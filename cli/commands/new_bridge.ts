/** `patchbay new-bridge`: a working bridge for an application of one's own, to change into the real one. */
import { relative } from "node:path";
import { AppName } from "@patchbay/contracts";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { CHECKOUT, placeOf } from "../new_bridge/place.ts";
import { TRANSPORT_NAMES, type TransportName, TRANSPORTS } from "../new_bridge/transports.ts";
import { writeBridge } from "../new_bridge/write.ts";

export function newBridgeCommand(_signal: AbortSignal): Command {
  return new Command("new-bridge")
    .description("Write a working bridge for an application of your own: manifest, adapter, simulator and tests.")
    .addArgument(new Argument("<name>", "what the application is called: lamp, led-wall").argParser(parseAppName))
    .addOption(
      new Option("--transport <way>", "how the bridge talks to the application").choices(TRANSPORT_NAMES)
        .makeOptionMandatory(),
    )
    .option("--dir <folder>", "where it goes (default: bridges/<name> in the checkout, else <name> in this folder)")
    .addHelpText("after", HELP)
    .action(async (app: AppName, { transport, dir }: { transport: TransportName; dir?: string }) => {
      const place = placeOf({ app, cwd: Deno.cwd(), root: CHECKOUT, ...(dir === undefined ? {} : { dir }) });
      const files = await writeBridge({ app, transport, place, root: CHECKOUT });
      const way = relative(Deno.cwd(), place.folder);
      const folder = way === "" ? "." : way.startsWith("..") ? place.folder : `./${way}`;
      console.log(`Wrote ${folder}: ${files.join(", ")}`);
      if (place.member !== undefined) console.log(`Added ${place.member} to the workspace in deno.json`);
      console.log(`\nNext:\n  cd ${folder} && deno test --no-prompt -A\n  patchbay studio ${folder} --simulate`);
    });
}

function parseAppName(text: string): AppName {
  const parsed = AppName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`'${text}' cannot be an application: ${parsed.error.issues[0]?.message}.`);
}

const HELP = `
Ways to talk to an application:
${TRANSPORT_NAMES.map((name) => `  ${name.padEnd(10)} ${TRANSPORTS[name].summary}`).join("\n")}

Example:
  $ patchbay new-bridge lamp --transport socket --dir ~/lamp`;
