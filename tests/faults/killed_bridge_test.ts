/** A bridge is killed in the middle of a command: whoever waits for it hears that long before the command's own time is over. */
import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { type FarmStudio, startFarm, startFarmStudio } from "../farm.ts";
import { TextLineStream } from "../text_lines.ts";

/** A bridge in a process of its own. */
function startBridge(studio: FarmStudio) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", new URL("./farm_bridge.ts", import.meta.url).pathname],
    env: { PATCHBAY_NATS_URL: studio.nats.url },
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
  return {
    async printed(text: string) {
      for (;;) {
        const { value, done } = await lines.read();
        if (done) throw new Error(`The bridge ended before it printed '${text}'`);
        if (value === text) return;
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await lines.cancel();
    },
  };
}

/** The studio has seen the farm: commands may be sent to it as soon as it is there. */
async function studioWithFarm(): Promise<FarmStudio> {
  const studio = await startFarmStudio();
  await (await startFarm(studio.bus))[Symbol.asyncDispose]();
  return studio;
}

async function untilHere({ client }: FarmStudio, command: string): Promise<unknown> {
  for (;;) {
    try {
      return await client.command("farm.ws-01", command);
    } catch (error) {
      const early = error instanceof PatchbayError && error.code === "BRIDGE_OFFLINE";
      if (!early || error.context["instance"] !== undefined) return error;
    }
  }
}

for (const [command, code] of [["render", "OUTCOME_UNKNOWN"], ["look", "BRIDGE_OFFLINE"]] as const) {
  Deno.test(`the bridge is killed while it runs ${command}: the caller is told ${code}`, async () => {
    await using studio = await studioWithFarm();
    let outcome: Promise<unknown>;
    {
      await using bridge = startBridge(studio);
      // its own time is ten minutes
      outcome = untilHere(studio, command);
      await bridge.printed("begun 1");
    }
    const error = await outcome;
    assert.ok(error instanceof PatchbayError, JSON.stringify(error));
    assert.equal(error.code, code);
    if (code === "BRIDGE_OFFLINE") assert.equal(error.context["started"], false);
  });
}
