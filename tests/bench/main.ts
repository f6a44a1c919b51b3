/** `deno task bench`: the budgets of the design, as ratios measured in this one run. */
import { parseArgs } from "node:util";
import { compareLiveCommands } from "./ableton.ts";
import { compareBatches } from "./batches.ts";
import { measureBridges } from "./bridges.ts";
import { compareBusCommands } from "./bus_commands.ts";
import { compareConductor } from "./conductor.ts";
import { compareHttpCommands } from "./http_commands.ts";
import { compareJobs } from "./jobs.ts";
import { compareLinkLatency } from "./links.ts";
import { atLeast, atMost, digits, fact, printTable, type Row } from "./rows.ts";
import { compareOscCommands } from "./osc.ts";
import { compareSelfDescribed } from "./self_described.ts";
import { measureStudioStart } from "./studio_start.ts";
import { compareTouchDesignerCommands } from "./touchdesigner.ts";
import { measureValidation } from "./validation.ts";

/** By the names that `--only` takes. */
const BENCHES: Record<string, { about: string; run(): Promise<Row[]> }> = {
  http: { about: "POST /v1/commands beside a bare hono handler with one NATS request", run: http },
  commands: { about: "interactive commands beside a bare NATS request", run: compareBusCommands },
  jobs: { about: "jobs beside a bare work queue of JetStream", run: compareJobs },
  conductor: {
    about: "plan steps beside raw publishes and raw jobs, and recovery after a kill",
    run: compareConductor,
  },
  batches: { about: "batches beside the same commands one by one", run: compareBatches },
  links: { about: "a value of a channel into another application, beside a bare publish-subscribe hop", run: links },
  bridges: { about: "10, 100 and 1,000 bridges", run: measureBridges },
  osc: {
    about: "commands to a program with OSC, simulated and scsynth, beside a bare NATS request",
    run: compareOscCommands,
  },
  ableton: {
    about: "commands to a simulated Live, with its tick and with a short one, beside a bare NATS request",
    run: compareLiveCommands,
  },
  touchdesigner: {
    about: "commands to a simulated TouchDesigner, with its frames and with short ones, beside a bare NATS request",
    run: compareTouchDesignerCommands,
  },
  described: {
    about: "commands to an MCP server and to a script, beside a bare NATS request",
    run: compareSelfDescribed,
  },
  validation: {
    about: "validations of plans of 10, 100, 1,000 and 10,000 steps",
    run: () => Promise.resolve(measureValidation()),
  },
  studio: { about: "the embedded studio, started again and again", run: studio },
};

async function http(): Promise<Row[]> {
  const { latency, load } = await compareHttpCommands();
  const rate = (of: "subject" | "baseline") => `${Math.round(load[of].throughput)}/s`;
  const p50 = (of: "subject" | "baseline") => `${digits(latency[of].p50)} ms`;
  return [
    atLeast(
      `POST /v1/commands, throughput, 32 at once: ${rate("subject")} beside ${rate("baseline")}`,
      load.ratio.throughput,
      0.8,
    ),
    atMost(
      `POST /v1/commands, p50, one at a time: ${p50("subject")} beside ${p50("baseline")}`,
      latency.ratio.p50,
      1.25,
    ),
  ];
}

async function links(): Promise<Row[]> {
  const { link, bare, ratio } = await compareLinkLatency();
  return [
    fact(`link, p50: ${digits(link.p50)} ms beside ${digits(bare.p50)} ms`, ratio.p50),
    atMost(`link, p99: ${digits(link.p99)} ms beside ${digits(bare.p99)} ms`, ratio.p99, 2),
  ];
}

async function studio(): Promise<Row[]> {
  const { readySeconds, idleMiB } = await measureStudioStart();
  return [
    atMost("the studio is ready from a warm start, seconds", readySeconds, 2),
    atMost("the studio's idle memory without nats-server, MiB", idleMiB, 200),
  ];
}

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: Object.keys(BENCHES) },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log("deno task bench [--only NAME]…\n\nMeasures the budgets as ratios, in one run. NAME is one of:");
  for (const [name, { about }] of Object.entries(BENCHES)) console.log(`  ${name.padEnd(10)} ${about}`);
  Deno.exit(0);
}
const unknown = values.only.filter((name) => BENCHES[name] === undefined);
if (unknown.length > 0) {
  console.error(`There is no benchmark '${unknown.join("', '")}': there are ${Object.keys(BENCHES).join(", ")}`);
  Deno.exit(2);
}
const rows: Row[] = [];
for (const [name, { about, run }] of Object.entries(BENCHES)) {
  if (!values.only.includes(name)) continue;
  console.log(`${about}…`);
  rows.push(...await run());
}
printTable(rows);
Deno.exit(0);
