/** `patchbay do`: one instruction to a running studio. */
import { PatchbayError } from "@patchbay/contracts";
import { Command } from "commander";
import { terminalConfirm, whereOf } from "../approval.ts";
import { runInstruction } from "../instruction.ts";
import { checkOut } from "../pictures.ts";
import { homePath, readKey, runningStudio } from "../studio/home.ts";

interface Options {
  out?: string;
  url?: string;
  home?: string;
  provider?: string;
  yes?: true;
}

export function doCommand(signal: AbortSignal): Command {
  return new Command("do")
    .description("Run an instruction on a running studio.")
    .argument("<instruction...>", "what should happen, in words; quotes keep the shell from reading them")
    .option("--out <path>", "save the last image in this file; all of them where it is a folder")
    .option("--url <url>", "the gateway (default: $PATCHBAY_URL, or the studio that runs in --home)")
    .option("--home <folder>", "the installation whose studio and key are used (default: $PATCHBAY_HOME, or .patchbay)")
    .option("--provider <name>", "who plans: phrasebook or claude (default: the studio's choice)")
    .option("--yes", "approve what the policies ask for, unasked")
    .addHelpText(
      "after",
      '\nThe key is $PATCHBAY_KEY, or the one kept in --home.\n\nExample:\n  $ patchbay do "render it" --out hero.png',
    )
    .action(async (words: string[], options: Options) => {
      if (words.join("").trim() === "") {
        throw new PatchbayError("INVALID_REQUEST", "Cannot run an empty instruction", {
          remedy: 'Say what should happen: patchbay do "add a red cube and render it".',
        });
      }
      await checkOut(options.out);
      Deno.exitCode = await runInstruction(words.join(" "), {
        gateway: await connection(options),
        ...(options.out === undefined ? {} : { out: options.out }),
        ...(options.provider === undefined ? {} : { provider: options.provider }),
        yes: options.yes === true,
        confirm: terminalConfirm(),
        where: whereOf(options),
        say: (line) => console.log(line),
        signal,
      });
    });
}

/** Where the gateway is, and the key to it. @throws {PatchbayError} `SERVICE_UNAVAILABLE`, `UNAUTHENTICATED` with the remedy */
export async function connection(
  { url, home }: { url?: string; home?: string },
): Promise<{ url: string; key: string }> {
  const folder = homePath(home);
  const address = url ?? Deno.env.get("PATCHBAY_URL") ?? (await runningStudio(folder))?.url;
  if (address !== undefined && !/^https?:\/\/./.test(address)) {
    throw new PatchbayError("INVALID_CONFIGURATION", `Cannot ask '${address}': it is no http:// or https:// address`, {
      remedy: "Name the gateway as http://127.0.0.1:7420, with --url or PATCHBAY_URL.",
    });
  }
  if (address === undefined) {
    throw new PatchbayError("SERVICE_UNAVAILABLE", `Cannot find a studio: none runs in ${folder}`, {
      remedy: "Start one with `patchbay studio`, or name a gateway with --url.",
    });
  }
  const key = Deno.env.get("PATCHBAY_KEY") ?? await readKey(folder);
  if (key === undefined) {
    throw new PatchbayError("UNAUTHENTICATED", `Cannot ask ${address}: there is no key in ${folder}`, {
      remedy: "Set PATCHBAY_KEY to a key of that studio.",
    });
  }
  return { url: address, key };
}
