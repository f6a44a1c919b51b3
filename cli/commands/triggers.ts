/** `patchbay triggers`: what runs by itself, and what came of it. */
import { createClient } from "@patchbay/client";
import { Command } from "commander";
import { printable } from "../printable.ts";
import { describeFiring, describeTrigger } from "../trigger_text.ts";
import { connection } from "./do.ts";
import { parseLimit } from "./options.ts";

interface Options {
  url?: string;
  home?: string;
  limit: number;
}

const NONE = "There are no triggers. `PUT /v1/triggers/<id>` makes one: docs/guides/triggers.md shows how.";

const say = (line: string) => console.log(printable(line));

export function triggersCommand(signal: AbortSignal): Command {
  return new Command("triggers")
    .description("List the triggers, with where each stands; or show one, and each time that it fired.")
    .argument("[trigger]", "the trigger's id: what it waits for, what it runs, and its firings, the latest first")
    .option("--limit <number>", "how many firings", parseLimit, 20)
    .option("--url <url>", "the gateway (default: $PATCHBAY_URL, or the studio that runs in --home)")
    .option(
      "--home <folder>",
      "the installation whose studio and key are used (default: $PATCHBAY_HOME, or .patchbay)",
    )
    .addHelpText("after", "\nExample:\n  $ patchbay triggers\n  $ patchbay triggers flash-at-kick --limit 5")
    .action(async (id: string | undefined, { limit, ...options }: Options) => {
      const client = createClient(await connection(options));
      if (id === undefined) {
        const triggers = await client.triggers.list({ signal });
        return say(triggers.length === 0 ? NONE : triggers.map(describeTrigger).join("\n"));
      }
      const record = await client.triggers.get(id, { signal });
      say(JSON.stringify(record.trigger, null, 2));
      say(describeTrigger(record));
      if (record.suspended !== undefined) say(`Suspended: ${record.suspended}. Put it again, and it goes on.`);
      for (const firing of await client.triggers.firings(id, { limit, signal })) say(describeFiring(firing));
    });
}
