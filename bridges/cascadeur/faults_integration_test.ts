/** Weather between a bridge and its Cascadeur, by a fault plan: each fault has a typed problem, and ends with the weather. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { type FaultRuleInput, startFaultProxy, startHttpFaultProxy } from "@patchbay/testing";
import { readAnnouncement } from "./announcement.ts";
import { startCascadeurStudio } from "./testing/cascadeur_studio.ts";
import { startSimulatorProcess } from "./testing/simulator_process.ts";

/** What a command that meets the weather may be answered with; nothing else, and never `INTERNAL`. */
const TYPED = new Set([
  "answered",
  "APP_CRASHED",
  "APP_NOT_CONNECTED",
  "DEADLINE_EXCEEDED",
  "INVALID_RESULT",
  "OUTCOME_UNKNOWN",
  "COMMAND_FAILED",
]);

interface Weather extends AsyncDisposable {
  url: string;
  begin(): Disposable;
}

/** A bridge whose Cascadeur is behind bad weather that has not begun. */
async function startBehind(weather: (port: number) => Promise<Weather> | Weather) {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-weather-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const announcement = join(folder, "server.json");
  const cascadeur = stack.use(await startSimulatorProcess(join(folder, "cascadeur")));
  const { address, token } = await readAnnouncement(cascadeur.announcement);
  const proxy = stack.use(await weather(Number(new URL(address).port)));
  const content = { v: 1, app: "cascadeur", transport: "http", address: proxy.url, token, pid: 1 };
  await Deno.writeTextFile(announcement, JSON.stringify(content), { mode: 0o600 });
  const studio = stack.use(await startCascadeurStudio({ mode: "interface", announcement }));
  const all = stack.move();
  return { ...studio, begin: () => proxy.begin(), [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const overHttp = (rule: FaultRuleInput) => (port: number): Weather => {
  const proxy = startHttpFaultProxy({ target: `http://127.0.0.1:${port}` });
  return {
    url: `${proxy.url}/`,
    begin: () => proxy.faults.add(rule),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
};

const overTcp = (rule: FaultRuleInput) => async (port: number): Promise<Weather> => {
  const proxy = await startFaultProxy({ target: { port, hostname: "127.0.0.1" } });
  return {
    url: `http://${proxy.address}/`,
    begin: () => proxy.faults.add(rule),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
};

const WEATHERS: [string, (port: number) => Promise<Weather> | Weather, expected: string[]][] = [
  ["answers that never come", overHttp({ fault: "never_reply", on: "execute" }), [
    "DEADLINE_EXCEEDED",
    "OUTCOME_UNKNOWN",
  ]],
  ["requests that get lost", overHttp({ fault: "lose", on: "execute" }), ["DEADLINE_EXCEEDED", "OUTCOME_UNKNOWN"]],
  ["answers that break off", overHttp({ fault: "cut_body", afterBytes: 20, on: "execute" }), [
    "APP_CRASHED",
    "APP_NOT_CONNECTED",
    "OUTCOME_UNKNOWN",
  ]],
  ["errors of something in between", overHttp({ fault: "status", status: 502, on: "execute" }), ["INVALID_RESULT"]],
  ["answers that trickle", overHttp({ fault: "slow_body", bytesPerSecond: 2_000, on: "execute" }), ["answered"]],
  ["bytes in small pieces", overTcp({ fault: "split", maxBytes: 40 }), ["answered"]],
  ["bytes that are other ones", overTcp({ fault: "corrupt", bytes: 8 }), [...TYPED]],
];

for (const [what, weather, expected] of WEATHERS) {
  Deno.test(`${what}: a typed problem, and none once it is over`, async () => {
    await using studio = await startBehind(weather);
    assert.equal((await studio.call("list_scenes")).scenes.length, 1);
    const ask = (timeoutMs: number) =>
      studio.call("get_timeline", {}, { timeoutMs }).then(() => "answered", (error: unknown) => {
        assert.ok(error instanceof PatchbayError, String(error));
        return error.code;
      });
    {
      using _weather = studio.begin();
      const outcome = await ask(1_500);
      assert.ok(TYPED.has(outcome) && expected.includes(outcome), outcome);
    }
    const late = AbortSignal.timeout(30_000);
    while (await ask(5_000) !== "answered") assert.ok(!late.aborted, "it works again");
  });
}
