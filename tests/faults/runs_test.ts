/**
 * Plans of thirty steps by three conductors and three bridges, each a process of its own, while conductors, bridges and the
 * broker are killed or stand still at chosen transitions: every run ends once, and nothing happens twice.
 * `PATCHBAY_FAULT_RUNS=200` tries so many runs, `PATCHBAY_FAULT_SEED=7` those of one seed.
 */
import { Summary } from "./runs/summary.ts";
import { tryRuns } from "./runs/try_runs.ts";

const RUNS_OF_A_SEED = 5;
const one = Deno.env.get("PATCHBAY_FAULT_SEED");
const runs = Number(Deno.env.get("PATCHBAY_FAULT_RUNS") ?? RUNS_OF_A_SEED);
const first = Number(Deno.env.get("PATCHBAY_FAULT_FIRST_SEED") ?? "1");
const count = Math.ceil(runs / RUNS_OF_A_SEED);
const seeds = one === undefined ? Array.from({ length: count }, (_, i) => first + i) : [Number(one)];
const summary = new Summary();

for (const seed of seeds) {
  Deno.test(`in bad weather every run ends once, and no step's effect happens twice: seed ${seed}`, async () => {
    try {
      await tryRuns({ seed, runs: RUNS_OF_A_SEED, summary, ...(count > 1 ? { say: console.log } : {}) });
    } catch (error) {
      console.error(`PATCHBAY_FAULT_SEED=${seed}\n${error}`);
      throw error;
    } finally {
      console.log(JSON.stringify(summary));
    }
  });
}
