/** `patchbay doctor`: looks at everything that a studio or a bridge needs, and says what to do about what is missing. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { provisionNatsServer } from "@patchbay/bus/nats-server";
import { createClient } from "@patchbay/client";
import { PatchbayError } from "@patchbay/contracts";
import { Command } from "commander";
import { APPLICATIONS } from "../applications.ts";
import { EXIT } from "../outcome.ts";
import { printable } from "../printable.ts";
import { short } from "../run_text.ts";
import { homePath, readKey, runningStudio, type StudioInfo } from "../studio/home.ts";
import { VERSION } from "../version.ts";
import { dataFolder } from "../workstation.ts";
import { checkWorkstation, type Finding } from "../workstation/check.ts";

const MARKS = { good: "✓", note: "·", bad: "✗" } as const;

export function doctorCommand(signal: AbortSignal): Command {
  return new Command("doctor")
    .description(
      "Find out why it does not work: looks at nats-server, the applications, and the studio and the workstation here.",
    )
    .option("--home <folder>", "the installation to look at (default: $PATCHBAY_HOME, or .patchbay)")
    .option("--blender <path>", "the Blender to look at")
    .addHelpText("after", "\nExample:\n  $ patchbay doctor")
    .action(async ({ home, blender }: { home?: string; blender?: string }) => {
      const findings: Finding[] = [
        { mark: "good", text: `Patchbay ${VERSION} on Deno ${Deno.version.deno}, ${Deno.build.target}` },
        await natsServer(signal),
        ...await Promise.all(APPLICATIONS.map((one) => application(one, one.app === "blender" ? blender : undefined))),
        ...await checkWorkstation(home === undefined ? dataFolder() : homePath(home)),
        ...await studio(homePath(home), signal),
      ];
      for (const { mark, text, remedy } of findings) {
        console.log(`${MARKS[mark]} ${text}${remedy === undefined ? "" : `\n    ${remedy}`}`);
      }
      Deno.exitCode = findings.some(({ mark }) => mark === "bad") ? EXIT.failed : EXIT.ok;
    });
}

async function natsServer(signal: AbortSignal): Promise<Finding> {
  try {
    const { version, path } = await provisionNatsServer({ fetch: false, signal });
    return { mark: "good", text: `nats-server ${version} at ${path}` };
  } catch (error) {
    if (!(error instanceof PatchbayError) || !error.code.startsWith("NATS_SERVER")) throw error;
    const remedy = "The first `patchbay studio` fetches the official release, or builds it where Go is installed.";
    return { mark: "note", text: error.message, remedy };
  }
}

/** @param path where it shall be: then it is bad that it is not */
async function application({ find, title }: BridgeDefinition, path: string | undefined): Promise<Finding> {
  const found = await find?.(path === undefined ? {} : { argument: path });
  if (found === undefined) return { mark: "note", text: `${title} is not looked for: name it to \`patchbay bridge\`` };
  const { what, remedy, incomplete = false } = found;
  const mark = found.found && !incomplete ? "good" : path === undefined ? "note" : "bad";
  return { mark, text: printable(what), ...(remedy === undefined ? {} : { remedy }) };
}

async function studio(home: string, signal: AbortSignal): Promise<Finding[]> {
  const info = await runningStudio(home);
  if (info === undefined) {
    return [{ mark: "note", text: `No studio runs in ${home}`, remedy: "Start one: `patchbay studio`." }];
  }
  try {
    const ready = await readiness(info, signal);
    return ready.mark === "good" ? [ready, ...await bridges(info, await readKey(home) ?? "", signal)] : [ready];
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return [{
      mark: "bad",
      text: `The studio at ${info.url} does not answer, though process ${info.pid} announced it`,
      remedy: `Stop process ${info.pid} if it still runs, and start the studio again.`,
    }];
  }
}

/** Who is there, and what keeps from working whoever does not. */
async function bridges({ url }: StudioInfo, key: string, signal: AbortSignal): Promise<Finding[]> {
  try {
    const present = await createClient({ url, key }).bridges.list({ signal });
    const told = [...await waitingPlans(url, key, signal), ...await alerts(url, key, signal)];
    if (present.length === 0) {
      return [...told, { mark: "note", text: "No bridge is there", remedy: "Start one: `patchbay bridge`." }];
    }
    const found = present.map(({ app, bridge, title, status, reason, simulated }): Finding => {
      const works = status === "idle" || status === "executing";
      const text = `${simulated ? `${title} (simulated)` : title} on ${app}.${bridge}: ${printable(reason)}`;
      return works
        ? { mark: "good", text }
        : { mark: "note", text, remedy: "Its log says more; `patchbay install blender` installs the add-on." };
    });
    return [...found, ...told];
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    return [{ mark: "bad", text: error.message, remedy: error.remedy }];
  }
}

/** What runs once somebody has approved it. */
async function waitingPlans(url: string, key: string, signal: AbortSignal): Promise<Finding[]> {
  const plans = await createClient({ url, key }).plans.list({ limit: 100, signal });
  return plans.filter(({ status }) => status === "awaiting_approval").map(({ plan }) => ({
    mark: "note",
    text: `A plan waits for an approval: ${short(plan.instruction ?? plan.id)}`,
    remedy: `\`patchbay approve ${plan.id}\` runs it; \`patchbay reject ${plan.id}\` forgets it.`,
  }));
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_ALERTS = 5;

/** What a person was told to look at in the last day. */
async function alerts(url: string, key: string, signal: AbortSignal): Promise<Finding[]> {
  const latest = await createClient({ url, key }).alerts.list({ limit: 4 * MOST_ALERTS, signal });
  // what waits for an approval is told as long as it does
  const news = latest.filter(({ at, code }) => at > Date.now() - DAY_MS && code !== "APPROVAL_REQUIRED");
  return news.slice(0, MOST_ALERTS).map(({ code, message, remedy, at }) => ({
    mark: "note",
    text: printable(`${new Date(at).toISOString()} ${code}: ${message}`),
    remedy: printable(remedy),
  }));
}

async function readiness({ url }: StudioInfo, signal: AbortSignal): Promise<Finding> {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) });
  const text = await response.text();
  if (response.ok) return { mark: "good", text: `The studio at ${url} is ready` };
  return {
    mark: "bad",
    text: `The studio at ${url} is not ready: ${text}`,
    remedy: "Wait a moment; if it stays so, its log is in the folder's logs/.",
  };
}
