/** `deno task bench`: the budgets of the design, as ratios measured in this one run. */
import { compareHttpCommands } from "./http_commands.ts";
import { measureStudioStart } from "./studio_start.ts";

interface Row {
  what: string;
  measured: string;
  budget: string;
  kept: boolean;
}

const digits = (value: number) => value.toFixed(2);
const rows: Row[] = [];

console.log("POST /v1/commands beside a bare hono handler with one NATS request…");
const { latency, load } = await compareHttpCommands();
rows.push({
  what: `throughput, 32 at once: ${Math.round(load.subject.throughput)}/s beside ${
    Math.round(load.baseline.throughput)
  }/s`,
  measured: digits(load.ratio.throughput),
  budget: ">= 0.80",
  kept: load.ratio.throughput >= 0.8,
});
rows.push({
  what: `p50, one at a time: ${digits(latency.subject.p50)} ms beside ${digits(latency.baseline.p50)} ms`,
  measured: digits(latency.ratio.p50),
  budget: "<= 1.25",
  kept: latency.ratio.p50 <= 1.25,
});

console.log("The embedded studio, started again and again…");
const { readySeconds, idleMiB } = await measureStudioStart();
rows.push({
  what: "ready from a warm start, seconds",
  measured: digits(readySeconds),
  budget: "<= 2.00",
  kept: readySeconds <= 2,
});
rows.push({
  what: "idle memory without nats-server, MiB",
  measured: idleMiB.toFixed(0),
  budget: "<= 200",
  kept: idleMiB <= 200,
});

const width = Math.max(...rows.map(({ what }) => what.length));
for (const { what, measured, budget, kept } of rows) {
  console.log(`${kept ? "kept  " : "MISSED"}  ${what.padEnd(width)}  ${measured.padStart(6)}   budget ${budget}`);
}
Deno.exit(0);
