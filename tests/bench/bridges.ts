/** 10, 100 and 1,000 bridges in four processes: what a command takes, and what they cost while nothing happens. */
import { z } from "zod";
import { callBridge } from "./bus_calls.ts";
import type { Child } from "./child.ts";
import { measure, median, type Sample } from "./measure.ts";
import { processorShares, residentMiB } from "./process_usage.ts";
import { atMost, digits, fact, type Row } from "./rows.ts";
import { type Setting, startSetting } from "./setting.ts";

const PROCESSES = 4;
const FEW = 10;
const SOME = 100;
const MANY = 1_000;
/** Few and many come twice, in turn: what else the machine does shall not look like a cost of many. */
const STEPS = [FEW, SOME, MANY, FEW, MANY];
const ROUNDS = 7;
const CALLS = { count: 500, concurrency: 1 };
/** Who has just started makes its consumers and subscriptions: it has settled when their number stays for so long. */
const SETTLE_MS = 3_000;
const WATCH_MS = 10_000;

/** What nats-server's monitoring says. */
const Connections = z.looseObject({ connections: z.array(z.looseObject({ subscriptions: z.number() })) });

interface Step {
  count: number;
  readySeconds: number;
  /** Until all of them had all their subscriptions, too. */
  settledSeconds: number;
  query: Sample;
  write: Sample;
  bridgesMiB: number;
  natsMiB: number;
  /** Shares of one processor. */
  bridgesCpu: number;
  natsCpu: number;
  subscriptions: number;
}

export async function measureBridges(): Promise<Row[]> {
  const monitor = freePort();
  await using setting = await startSetting({ config: `http: "127.0.0.1:${monitor}"` });
  const processes = await Promise.all(
    Array.from(
      { length: PROCESSES },
      (_, i) => setting.start("./bridges_process.ts", /ready/, { BENCH_NAME: `p${i}` }),
    ),
  );
  const empty = await sum(processes.map(({ pid }) => residentMiB(pid)));
  const steps: Step[] = [];
  for (const count of STEPS) steps.push(await measureStep(setting, processes, count, monitor));
  return report(steps, empty);
}

async function measureStep(setting: Setting, processes: Child[], count: number, monitor: number): Promise<Step> {
  const shares = processes.map((_, i) => Math.floor(count / PROCESSES) + (i < count % PROCESSES ? 1 : 0));
  const began = performance.now();
  await Promise.all(processes.map((child, i) => child.ask(String(shares[i]), new RegExp(`has ${shares[i]}$`))));
  const readySeconds = (performance.now() - began) / 1000;
  const subscriptions = await settled(monitor);
  const settledSeconds = (performance.now() - began) / 1000;
  const pids = processes.map(({ pid }) => pid);
  const { pid: nats } = setting.nats.server;
  const [natsCpu = NaN, ...cpus] = await processorShares([nats, ...pids], WATCH_MS);
  const bridges = shares.flatMap((share, i) => Array.from({ length: share }, (_, n) => `p${i}-${n}`));
  return {
    count,
    readySeconds,
    natsCpu,
    bridgesCpu: cpus.reduce((a, b) => a + b, 0),
    natsMiB: await residentMiB(nats),
    bridgesMiB: await sum(pids.map(residentMiB)),
    subscriptions,
    settledSeconds: settledSeconds - SETTLE_MS / 1000,
    query: await toAnyOf(setting, bridges, "echo"),
    write: await toAnyOf(setting, bridges, "write"),
  };
}

/** Waits until the clients' subscriptions stay as they are, and counts them. */
async function settled(monitor: number): Promise<number> {
  for (let last = NaN;;) {
    const { connections } = Connections.parse(await (await fetch(`http://127.0.0.1:${monitor}/connz`)).json());
    const now = connections.reduce((total, { subscriptions }) => total + subscriptions, 0);
    if (now === last) return now;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  }
}

/** Commands to bridges picked at random: the median of some rounds. */
async function toAnyOf({ bus }: Setting, bridges: string[], command: "echo" | "write"): Promise<Sample> {
  const call = () => callBridge(bus, bridges[Math.floor(Math.random() * bridges.length)] ?? "", command);
  await measure(call, { count: 1_000, concurrency: 8 });
  const rounds: Sample[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(call, CALLS));
  const middle = (key: keyof Sample) => median(rounds.map((sample) => sample[key]));
  return { throughput: middle("throughput"), p50: middle("p50"), p99: middle("p99") };
}

function report(steps: Step[], emptyMiB: number): Row[] {
  const [few, some, many] = [FEW, SOME, MANY].map((wanted) => steps.find(({ count }) => count === wanted));
  if (few === undefined || some === undefined || many === undefined) return [];
  const rows: Row[] = [];
  for (const { count, query, write, ...step } of steps) {
    const bridges = `${count} bridges`;
    rows.push(fact(`${bridges}: query p50 ${digits(query.p50)} ms, p99 in ms`, query.p99));
    rows.push(fact(`${bridges}: write p50 ${digits(write.p50)} ms, p99 in ms`, write.p99));
    rows.push(fact(`${bridges}: idle nats-server, ${step.natsMiB.toFixed(0)} MiB, share of a processor`, step.natsCpu));
    rows.push(
      fact(`${bridges}: idle bridges, ${step.bridgesMiB.toFixed(0)} MiB, share of a processor`, step.bridgesCpu),
    );
    rows.push(fact(`${bridges}: subscriptions`, step.subscriptions.toFixed(0)));
    const ready = `took commands (or the others had left) after ${digits(step.readySeconds)} s`;
    rows.push(fact(`${bridges}: all ${ready}, and had all their subscriptions after, s`, step.settledSeconds));
  }
  const p99 = (of: "query" | "write", wanted: number) => {
    const times = steps.filter(({ count }) => count === wanted).map((step) => step[of].p99);
    return times.reduce((a, b) => a + b, 0) / times.length;
  };
  for (const kind of ["query", "write"] as const) {
    rows.push(atMost(`${kind} p99 with 1,000 bridges beside 10`, p99(kind, MANY) / p99(kind, FEW), 1.5));
  }
  // the processes without any bridge are not the bridges'
  const memoryKiB = (many.bridgesMiB - emptyMiB) * 1024 / MANY;
  rows.push(fact("memory of a bridge, 250 in a process, KiB", memoryKiB.toFixed(0)));
  const brokerKiB = (many.natsMiB - few.natsMiB) * 1024 / (MANY - FEW);
  rows.push(fact("memory of a bridge in nats-server, KiB", brokerKiB.toFixed(0)));
  // linear: the thousandth bridge costs no more than the hundredth
  const perBridge = (of: (step: Step) => number) => (of(many) / MANY) / (of(some) / SOME);
  rows.push(atMost("a bridge's idle share of nats-server: 1,000 beside 100", perBridge((step) => step.natsCpu), 1.5));
  rows.push(atMost("a bridge's own idle share: 1,000 beside 100", perBridge((step) => step.bridgesCpu), 1.5));
  return rows;
}

const sum = async (values: Promise<number>[]) => (await Promise.all(values)).reduce((a, b) => a + b, 0);

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}
