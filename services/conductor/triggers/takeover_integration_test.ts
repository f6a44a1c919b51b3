import assert from "node:assert/strict";
import { isOver, subjects, WILDCARD } from "@patchbay/contracts";
import { fileURLToPath } from "node:url";
import {
  ask,
  fired,
  firings,
  flashAtDrum,
  put,
  runIds,
  startTestStudio,
  type TestStudio,
  until,
} from "./test_triggers.ts";

/**
 * Every event has begun one run: none was lost, none came twice. Where a conductor died as it sent the command, the run says
 * that nobody knows whether it was done; then it may be missing.
 */
async function assertOnce({ bus, ...studio }: TestStudio, strikes: readonly string[]): Promise<void> {
  await until(async () => (await firings(bus, "flash")).length >= strikes.length, "every firing is told");
  const told = await firings(bus, "flash");
  assert.deepEqual(told.map(({ outcome }) => outcome), strikes.map(() => "started"));
  assert.deepEqual((await runIds(bus)).sort(), told.map(({ id }) => id).sort());
  const wanted: unknown[] = [];
  const unknown = new Set<unknown>();
  for (const { runId } of told) {
    await until(async () => isOver(await ask(bus, "run", { runId })), "every run is over");
    const { status, steps, plan } = await ask(bus, "run", { runId });
    const color = plan.steps[0]?.args["color"];
    wanted.push(color);
    if (status === "succeeded") continue;
    assert.equal(steps["s1"]?.problem?.code, "OUTCOME_UNKNOWN");
    unknown.add(color);
  }
  assert.deepEqual(wanted.sort(), [...strikes].sort());
  const flashed = studio.colors();
  assert.equal(new Set(flashed).size, flashed.length, "none flashed twice");
  assert.deepEqual(strikes.filter((strike) => !flashed.includes(strike) && !unknown.has(strike)), []);
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `strike ${i}`);
const busy = { ...flashAtDrum, maxPerMinute: 600 };

Deno.test("conductors that die one after the other amid events lose none, and their followers fire none twice", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  let leader = await studio.conductor();
  await put(bus, busy);
  const strikes = numbered(100);
  for (let round = 0; round < 4; round++) {
    const next = await studio.conductor();
    for (const strike of strikes.slice(round * 20, round * 20 + 20)) studio.strike(strike);
    const seen = round * 20 + 5;
    await until(() => studio.colors().length >= seen);
    await leader.kill();
    leader = next;
  }
  await using _last = leader;
  for (const strike of strikes.slice(80)) studio.strike(strike);
  await assertOnce(studio, strikes);
});

/** What a conductor was about to write as it died. */
const LAST_WORDS = {
  "the lease of the run": "$KV.leases.run.",
  "the beginning of the run": subjects.run(WILDCARD).replace("*", ""),
  "the firing": subjects.trigger(WILDCARD).replace("*", ""),
  "where the trigger stands": "$KV.triggers._state",
  "how far it has come": "$KV.triggers._position",
};

for (const [what, prefix] of Object.entries(LAST_WORDS)) {
  Deno.test(`a conductor that dies before it has written ${what} is followed by one that does the rest, once`, async () => {
    await using studio = await startTestStudio();
    const { bus } = studio;
    const first = await studio.conductor();
    await put(bus, flashAtDrum);
    studio.strike("before");
    await until(async () => (await firings(bus, "flash")).length === 1);
    await until(() => studio.colors().length === 1);
    const tried = first.mute(prefix);
    studio.strike("kick");
    await tried;
    await first.kill();
    await using _second = await studio.conductor();
    studio.strike("after");
    await until(async () => (await firings(bus, "flash")).length === 3);
    await until(() => studio.colors().length === 3);
    assert.deepEqual(studio.colors().sort(), ["after", "before", "kick"]);
    assert.deepEqual((await firings(bus, "flash")).map(({ outcome }) => outcome), ["started", "started", "started"]);
    assert.equal((await runIds(bus)).length, 3);
  });
}

Deno.test("a run whose firing nobody could tell is told as begun, also where it is too late for another one", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  const first = await studio.conductor();
  await put(bus, { ...flashAtDrum, lateMs: 0 });
  const tried = first.mute(LAST_WORDS["the firing"]);
  studio.strike("kick");
  await tried;
  await until(() => studio.colors().length === 1);
  await first.kill();
  const diedAt = Date.now();
  await until(() => Date.now() > diedAt + 1_500);
  await using _second = await studio.conductor();
  const { outcome, runId } = await fired(bus, "flash", () => true);
  assert.equal(outcome, "started");
  assert.deepEqual(await runIds(bus), [runId]);
});

Deno.test("a conductor that leaves gives the triggers to the next one at once", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  const first = await studio.conductor({ leaseTtlMs: 600_000 });
  await put(bus, busy);
  await using _second = await studio.conductor();
  const strikes = numbered(20);
  for (const strike of strikes.slice(0, 10)) studio.strike(strike);
  await until(() => studio.colors().length >= 3);
  await first[Symbol.asyncDispose]();
  for (const strike of strikes.slice(10)) studio.strike(strike);
  await assertOnce(studio, strikes);
});

Deno.test("events that happen while no conductor is there fire late, and those that are too old are told", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  const first = await studio.conductor();
  await put(bus, flashAtDrum);
  await put(bus, { ...flashAtDrum, id: "punctual", lateMs: 0 });
  await first[Symbol.asyncDispose]();
  for (const drum of ["kick", "snare", "crash"]) studio.strike(drum);
  // the punctual one is late a second after that
  const struckAt = Date.now();
  await until(() => Date.now() > struckAt + 1_500);
  await using _second = await studio.conductor();
  await until(() => studio.colors().length === 3);
  const missed = await fired(bus, "punctual", () => true);
  assert.equal(missed.outcome, "missed");
  assert.match(
    missed.reason,
    /^3 events, the first one struck of drums\.ws-01: \d+ s ago, when no conductor was there$/,
  );
  assert.equal((await firings(bus, "punctual")).length, 1);
  assert.deepEqual(studio.colors(), ["kick", "snare", "crash"]);
});

Deno.test("an event that waits for others survives the conductor that heard it", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  const first = await studio.conductor();
  await put(bus, { ...flashAtDrum, debounceMs: 2_000 });
  studio.strike("first");
  studio.strike("last");
  await until(async () => (await ask(bus, "trigger", { id: "flash" })).last?.outcome === "debounced");
  await first.kill();
  await using _second = await studio.conductor();
  await until(() => studio.colors().length > 0);
  assert.deepEqual(studio.colors(), ["last"]);
  assert.deepEqual((await firings(bus, "flash")).map(({ outcome }) => outcome), ["started"]);
});

Deno.test("a time that comes while one conductor follows another is due once", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  const first = await studio.conductor();
  const at = Date.now() + 2_000;
  const flash = { app: "lamp", command: "flash" };
  await put(bus, { id: "once", when: { at }, then: { ...flash, args: { color: "once", at: { $event: "/at" } } } });
  await put(bus, { id: "often", when: { cron: "* * * * * *" }, then: { ...flash, args: { color: "often" } } });
  const askedAt = Date.now();
  assert.ok(((await ask(bus, "trigger", { id: "often" })).nextAt ?? 0) > askedAt - 1_000);
  await first.kill();
  await using _second = await studio.conductor();
  await using _third = await studio.conductor();
  await until(() => studio.colors().filter((color) => color === "often").length >= 3);
  await until(async () => (await firings(bus, "once")).length > 0 && studio.colors().includes("once"));
  const once = await firings(bus, "once");
  assert.deepEqual(once.map(({ outcome, dueAt }) => [outcome, dueAt]), [["started", at]]);
  assert.deepEqual(
    studio.lamp.executions.filter(({ args }) => args["color"] === "once").map(({ args }) => args["at"]),
    [at],
  );
  const due = (await firings(bus, "often")).filter(({ outcome }) => outcome === "started").map(({ dueAt }) => dueAt);
  assert.equal(new Set(due).size, due.length);
  assert.equal((await ask(bus, "trigger", { id: "once" })).nextAt, undefined);
});

Deno.test("times that pass while no conductor is there are told, and the last one is made up for", async () => {
  await using studio = await startTestStudio();
  const { bus } = studio;
  const first = await studio.conductor();
  const flash = { app: "lamp", command: "flash", args: { color: "often" } };
  await put(bus, { id: "often", when: { cron: "* * * * * *" }, then: flash });
  const at = Date.now() + 3_000;
  await put(bus, { id: "once", when: { at }, then: flash, lateMs: 0 });
  await first[Symbol.asyncDispose]();
  const before = studio.colors().length;
  await until(() => Date.now() > at + 1_500);
  await using _second = await studio.conductor();
  const missed = await fired(bus, "often", ({ outcome }) => outcome === "missed");
  assert.match(missed.reason, /^due \d+ times from .* on, when no conductor was there$/);
  await until(() => studio.colors().length > before);
  const { outcome, dueAt } = await fired(bus, "once", () => true);
  assert.deepEqual([outcome, dueAt], ["missed", at]);
});

Deno.test("a broker that is killed amid events costs no firing, and doubles none", async () => {
  await using studio = await startTestStudio({ storage: "file" });
  const { bus } = studio;
  await using _first = await studio.conductor();
  await using _second = await studio.conductor();
  await put(bus, busy);
  const strikes = numbered(60);
  for (const strike of strikes.slice(0, 30)) studio.strike(strike);
  await until(() => studio.colors().length >= 5);
  await studio.nats.kill();
  for (const strike of strikes.slice(30)) studio.strike(strike);
  await studio.nats.restart();
  // nobody answers before they are back
  await until(() => firings(bus, "flash").then(() => true, () => false));
  await assertOnce(studio, strikes);
});

/** A conductor in a process of its own. */
function startProcess({ nats }: TestStudio): Deno.ChildProcess & AsyncDisposable {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", fileURLToPath(import.meta.resolve("../main.ts"))],
    env: { PATCHBAY_NATS_URL: nats.url, PATCHBAY_POLICIES: "embedded" },
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  const end = child.status.then(() => ended = true);
  return Object.assign(child, {
    async [Symbol.asyncDispose]() {
      if (!ended) child.kill("SIGKILL");
      await end;
    },
  });
}

for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
  Deno.test({
    name: `a conductor process that gets ${signal} amid events loses none, and the next one fires none twice`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using studio = await startTestStudio();
      const { bus } = studio;
      await using first = startProcess(studio);
      // nobody answers before it is there
      await until(() => put(bus, busy).then(() => true, () => false));
      const strikes = numbered(60);
      for (const strike of strikes.slice(0, 30)) studio.strike(strike);
      await until(() => studio.colors().length >= 5);
      first.kill(signal);
      await using _second = await studio.conductor();
      for (const strike of strikes.slice(30, 50)) studio.strike(strike);
      await until(() => studio.colors().length > 31);
      if (signal === "SIGSTOP") first.kill("SIGCONT");
      for (const strike of strikes.slice(50)) studio.strike(strike);
      await assertOnce(studio, strikes);
    },
  });
}
