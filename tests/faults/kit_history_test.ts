/**
 * Commands and jobs of two callers to two bridges, while bridges are killed, stand still or are cut off, and the broker
 * too: afterwards everything has ended, once. `PATCHBAY_FAULT_SEEDS=200` tries so many seeds, `PATCHBAY_FAULT_SEED=7` one.
 */
import { checkHistory, startHistory } from "@patchbay/testing";
import { tryWeather } from "./weather/try_weather.ts";

const one = Deno.env.get("PATCHBAY_FAULT_SEED");
const count = Number(Deno.env.get("PATCHBAY_FAULT_SEEDS") ?? "2");
const first = Number(Deno.env.get("PATCHBAY_FAULT_FIRST_SEED") ?? "1");
const seeds = one === undefined ? Array.from({ length: count }, (_, i) => first + i) : [Number(one)];
const COMMANDS = 80;

for (const seed of seeds) {
  Deno.test(`in bad weather every command ends once, with at most one effect: seed ${seed}`, async () => {
    const history = startHistory(seed);
    try {
      await tryWeather({ history, commands: COMMANDS });
      const summary = checkHistory(history, { minSuccesses: COMMANDS / 2 });
      if (count > 3) console.log(JSON.stringify({ seed, ...summary }));
    } catch (error) {
      console.error(`seed ${seed}\n${history.print()}\nseed ${seed}: ${error}`);
      throw error;
    }
  });
}
