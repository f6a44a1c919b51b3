/** What a plan step costs beside what it is made of, how fast many of them are, and how long a run stands still after a kill. */
import { jetstreamManager } from "@nats-io/jetstream";
import { type Bus, publish } from "@patchbay/bus";
import { envelope, newId, subjects } from "@patchbay/contracts";
import { callBridge, jobCalls } from "./bus_calls.ts";
import { beginRun, followRun, planOf, runToEnd, savePlan } from "./conductor_plans.ts";
import { measure, median } from "./measure.ts";
import { atLeast, atMost, digits, fact, type Row } from "./rows.ts";
import { type Setting, startSetting } from "./setting.ts";

const ROUNDS = 3;
const STEPS = 1_000;

export async function compareConductor(): Promise<Row[]> {
  await using setting = await startSetting();
  await setting.start("./echo_bridge.ts", /ready/);
  const rows: Row[] = [];
  {
    await using _conductor = await setting.start("./conductor_process.ts", /ready/);
    rows.push(...await compareIndependent(setting));
    rows.push(...await compareSequential(setting));
  }
  rows.push(...await measureRecovery(setting));
  return rows;
}

/** Streams that a step writes to: its run's log, the history, the ledger, the queue. */
const WRITTEN = ["RUNS", "RESULTS", "KV_ledger", "JOBS"] as const;

/** How many messages the server has taken, by stream. */
async function stored({ nc }: Bus): Promise<Record<string, number>> {
  const manager = await jetstreamManager(nc, { checkAPI: false });
  const ends = WRITTEN.map(async (name) => [name, (await manager.streams.info(name)).state.last_seq] as const);
  return Object.fromEntries(await Promise.all(ends));
}

/** What of it one step of so many costs. */
async function publishesOf(bus: Bus, steps: number, work: () => Promise<unknown>) {
  const before = await stored(bus);
  await work();
  const after = await stored(bus);
  const of = (...names: (typeof WRITTEN)[number][]) =>
    names.reduce((sum, name) => sum + after[name]! - before[name]!, 0) / steps;
  return { log: of("RUNS"), step: of("RUNS", "RESULTS"), all: of(...WRITTEN) };
}

async function compareIndependent({ bus }: Setting): Promise<Row[]> {
  const job = await jobCalls(bus, "bench");
  const plan = planOf(STEPS, "echo", "independent");
  await savePlan(bus, plan);
  await runToEnd(bus, plan);
  await measure(job, { count: STEPS, concurrency: 32 });
  const ratios: number[] = [];
  const rates: { steps: number[]; jobs: number[] } = { steps: [], jobs: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const steps = STEPS / (await runToEnd(bus, plan) / 1_000);
    const { throughput: jobs } = await measure(job, { count: STEPS, concurrency: 32 });
    ratios.push(steps / jobs);
    rates.steps.push(steps);
    rates.jobs.push(jobs);
  }
  const { step, log } = await publishesOf(bus, STEPS, () => runToEnd(bus, plan));
  const rate = (of: number[]) => `${Math.round(median(of))}/s`;
  return [
    atLeast(
      `${STEPS} independent steps: ${rate(rates.steps)} beside ${rate(rates.jobs)} raw jobs, 32 at once`,
      median(ratios),
      0.3,
    ),
    atMost(`${STEPS} independent steps: JetStream publishes a step (of them ${digits(log)} for the log)`, step, 3),
  ];
}

async function compareSequential({ bus }: Setting): Promise<Row[]> {
  const rows: Row[] = [];
  for (const command of ["echo", "write"] as const) {
    const plan = planOf(STEPS, command, "sequential");
    await savePlan(bus, plan);
    const runs: number[] = [];
    const raw: number[] = [];
    const { step, all, log } = await publishesOf(bus, STEPS, async () => runs.push(await runToEnd(bus, plan) / STEPS));
    raw.push((await measure(() => rawStep(bus, command), { count: STEPS, concurrency: 1 })).p50);
    raw.push((await measure(() => rawStep(bus, command), { count: STEPS, concurrency: 1 })).p50);
    runs.push(await runToEnd(bus, plan) / STEPS);
    const [run, bare] = [mean(runs), mean(raw)];
    const what = `${STEPS} sequential steps (${command})`;
    rows.push(
      fact(
        `${what}: ${digits(run)} ms a step beside ${digits(bare)} ms for one publish and the command alone`,
        run / bare,
      ),
      atMost(`${what}: JetStream publishes a step (of them ${digits(log)} for the log)`, step, 3),
    );
    if (all !== step) rows.push(fact(`${what}: with those of the bridge's ledger`, all));
  }
  return rows;
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const scratch = newId();

/** What a step is made of: a transition that is stored, and a command. */
async function rawStep(bus: Bus, command: "echo" | "write"): Promise<void> {
  await publish(bus, subjects.run(scratch), envelope({ type: "event", payload: SCRATCH, source: "bench" }));
  await callBridge(bus, "bench", command);
}

const SCRATCH = { type: "STEP_CANCELLED", at: 0, stepId: "s1", padding: "x".repeat(300) };

const LEASE_MS = 2_000;

/** From the kill of the conductor that has a run to the next step that another one finishes. */
async function measureRecovery(setting: Setting): Promise<Row[]> {
  const { bus } = setting;
  const env = { BENCH_LEASE_MS: String(LEASE_MS) };
  const plan = planOf(STEPS, "write", "sequential");
  const doomed = await setting.start("./conductor_process.ts", /ready/, env);
  await savePlan(bus, plan);
  const runId = await beginRun(bus, plan.id);
  /** The longest silence of the log after the kill, in milliseconds. */
  let silence = 0;
  let heardAt: number | undefined;
  let steps = 0;
  const finished = new Map<string, number>();
  for await (const events of followRun(bus, runId)) {
    if (heardAt !== undefined) {
      silence = Math.max(silence, performance.now() - heardAt);
      heardAt = performance.now();
    }
    for (const event of events) {
      if (event.type !== "STEP_FINISHED") continue;
      steps++;
      finished.set(event.stepId, (finished.get(event.stepId) ?? 0) + 1);
    }
    if (heardAt === undefined && steps >= 100) {
      await setting.start("./conductor_process.ts", /ready/, env);
      Deno.kill(doomed.pid, "SIGKILL");
      heardAt = performance.now();
    }
  }
  if (finished.size !== STEPS || steps !== STEPS) throw new Error(`${steps} steps were finished, expected ${STEPS}`);
  const what = `a run goes on after its conductor was killed, seconds (its lease is ${LEASE_MS / 1_000} s)`;
  return [fact(what, silence / 1_000)];
}
