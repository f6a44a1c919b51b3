import assert from "node:assert/strict";
import { Pulse } from "./pulse.ts";
import { until } from "./test_processes.ts";

const never = () => new Promise<never>(() => {});

Deno.test("silence is said once, and the next sign of life ends it", async () => {
  const said: string[] = [];
  using pulse = new Pulse({
    silenceMs: 20,
    intervalMs: 2,
    ping: never,
    onSilent: () => said.push("silent"),
    onAlive: () => said.push("alive"),
  });
  await until(() => said.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 10));
  pulse.beat();
  await until(() => said.length === 3);
  assert.deepEqual(said, ["silent", "alive", "silent"]);
});

Deno.test("who answers pings is never silent, and is asked one thing at a time", async () => {
  let [pings, open, most, silences] = [0, 0, 0, 0];
  using _pulse = new Pulse({
    silenceMs: 200,
    intervalMs: 1,
    async ping() {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 3));
      open--;
      pings++;
    },
    onSilent: () => silences++,
  });
  await until(() => pings >= 5);
  assert.deepEqual([most, silences], [1, 0]);
});

Deno.test("a command may keep the main thread until its deadline, and no longer", async () => {
  let [silences, looks] = [0, 0];
  using pulse = new Pulse({
    silenceMs: 5,
    intervalMs: 1,
    ping: () => (looks++, Promise.reject(new Error("busy"))),
    onSilent: () => silences++,
  });
  const busy = pulse.busy(Date.now() + 100_000);
  await until(() => looks >= 20);
  assert.equal(silences, 0);
  busy[Symbol.dispose]();
  await until(() => silences === 1);
});

Deno.test("a command that was given up is no sign of life", async () => {
  const said: string[] = [];
  using pulse = new Pulse({
    silenceMs: 10,
    intervalMs: 1,
    ping: never,
    onSilent: () => said.push("silent"),
    onAlive: () => said.push("alive"),
  });
  await until(() => said.length === 1);
  pulse.busy(Date.now() + 1)[Symbol.dispose]();
  assert.deepEqual(said, ["silent"]);
});
