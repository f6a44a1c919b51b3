import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { type DatagramProxy, type FaultPlanInput, startDatagramProxy } from "@patchbay/testing";
import { openOsc, type OscOptions, type OscTransport } from "./open.ts";
import {
  boundSocket,
  closed,
  liveAnswers,
  type OscApplication,
  startOscApplication,
  testHost,
} from "./test_osc_application.ts";

const never = new AbortController().signal;
const options = { signal: never };
const code = (expected: string, message = /./) => (error: unknown) =>
  error instanceof PatchbayError && error.code === expected && message.test(error.message);

interface Setup extends AsyncDisposable {
  live: OscApplication;
  osc: OscTransport;
  song: Map<string, number>;
  proxy: DatagramProxy;
  notified: [string, unknown][];
}

async function setup(over: Partial<OscOptions> = {}, rules: FaultPlanInput["rules"] = []): Promise<Setup> {
  await using stack = new AsyncDisposableStack();
  const song = new Map([["tempo", 120], ["volume 0", 0.85], ["volume 1", 0.5], ["volume 2", 0.25]]);
  const live = stack.use(await startOscApplication(liveAnswers(song)));
  const proxy = stack.use(await startDatagramProxy({ target: live.port, faults: { seed: 21, rules } }));
  const notified: [string, unknown][] = [];
  const open = openOsc({ port: proxy.port, timeoutMs: 80, errorAddress: "/live/error", settleMs: 5, ...over });
  const osc = stack.use(await open(testHost(), { onNotification: (...told) => notified.push(told) }));
  const held = stack.move();
  return { live, osc, song, proxy, notified, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

Deno.test("questions are asked all at once, and each gets the answer that repeats its ids", async () => {
  await using test = await setup();
  const volume = (track: number) => test.osc.request("/live/track/get/volume", { args: [track] }, options);
  const answers = await Promise.all([2, 0, 1].map(volume));
  assert.deepEqual(answers.map(({ values }) => values), [[0.25], [0.85], [0.5]]);
  assert.deepEqual(answers[0]?.args, [2, 0.25]);
});

Deno.test("the same question is in flight once at a time", async () => {
  await using test = await setup();
  const tempo = () => test.osc.request("/live/song/get/tempo", {}, options);
  const [first, second] = [tempo(), tempo()];
  await first;
  test.song.set("tempo", 90);
  assert.deepEqual((await second).values, [90]);
  assert.equal(test.live.heard.length, 2);
});

Deno.test("answers that overtake one another still reach who asked", async () => {
  await using test = await setup({}, [{ fault: "delay", ms: 0, jitterMs: 30, direction: "down" }]);
  const tracks = [0, 1, 2];
  const answers = await Promise.all(
    tracks.map((track) => test.osc.request("/live/track/get/volume", { args: [track] }, options)),
  );
  assert.deepEqual(answers.map(({ args }) => args[0]), tracks);
});

Deno.test("a lost datagram is asked again, and an answer that then comes twice is heard once", async () => {
  await using test = await setup({ attempts: 8 }, [
    { fault: "lose", direction: "up", times: 1 },
    { fault: "delay", direction: "down", ms: 100, times: 1 },
  ]);
  assert.deepEqual((await test.osc.request("/live/song/get/tempo", {}, options)).values, [120]);
  await until(() => test.osc.statistics.duplicates > 0);
  assert.ok(test.osc.statistics.retried >= 2);
  assert.deepEqual(test.notified, []);
});

Deno.test("with a third of all datagrams lost, every question is answered", async () => {
  await using test = await setup({ attempts: 30, timeoutMs: 15 }, [{ fault: "lose", probability: 0.33 }]);
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, i) => test.osc.request("/live/track/get/volume", { args: [i % 3] }, options)),
  );
  assert.deepEqual(answers.map(({ args }) => args[0]), Array.from({ length: 30 }, (_, i) => i % 3));
  assert.ok(test.proxy.faults.history.length > 5);
});

Deno.test("nobody answers: APP_UNRESPONSIVE, and what was said meanwhile", async () => {
  await using test = await setup({ timeoutMs: 5 }, [{ fault: "lose", direction: "up" }]);
  await assert.rejects(
    test.osc.request("/live/song/get/tempo", {}, options),
    code("APP_UNRESPONSIVE", /\/live\/song\/get\/tempo, asked 3 time/),
  );
});

Deno.test("an error without an address belongs to the only question, among several to the one that stays unanswered", async () => {
  await using test = await setup({ timeoutMs: 40 });
  await assert.rejects(
    test.osc.request("/live/track/get/volume", { args: [9] }, options),
    code("COMMAND_FAILED", /refuses .*Index out of range/),
  );
  const asked = [0, 9].map((track) => test.osc.request("/live/track/get/volume", { args: [track] }, options));
  const [good, bad] = await Promise.allSettled(asked);
  assert.equal(good?.status, "fulfilled");
  assert.ok(bad?.status === "rejected" && code("COMMAND_FAILED", /Index out of range/)(bad.reason));
});

Deno.test("an error that nobody asked for is reported", async () => {
  await using test = await setup();
  await test.osc.request("/live/song/get/tempo", {}, options);
  test.live.say({ address: "/live/error", args: ["out of nowhere"] });
  await until(() => test.notified.length > 0);
  assert.deepEqual(test.notified, [["/live/error", ["out of nowhere"]]]);
});

Deno.test("a write is read back until it is there, to the digits of a 32-bit float", async () => {
  await using test = await setup();
  const verify = { address: "/live/song/get/tempo", equals: [97.3] };
  const answer = await test.osc.request("/live/song/set/tempo", { args: [97.3], verify }, options);
  assert.deepEqual(answer.values, [97.3]);
  assert.equal(test.song.get("tempo"), Math.fround(97.3));
});

Deno.test("a write that is lost is sent again where that does no harm, and else is said to have failed", async () => {
  const lost = [{ fault: "lose", on: "/live/song/set/tempo", times: 1 }] as const;
  const verify = { address: "/live/song/get/tempo", equals: [90] };
  {
    await using test = await setup({}, [...lost]);
    await test.osc.request("/live/song/set/tempo", { args: [90], verify, resend: true }, options);
    assert.equal(test.song.get("tempo"), 90);
  }
  await using test = await setup({}, [...lost]);
  await assert.rejects(test.osc.request("/live/song/set/tempo", { args: [90], verify }, options), (error) => {
    assert.ok(code("COMMAND_FAILED")(error));
    assert.deepEqual((error as PatchbayError).context, { expected: [90], found: [120] });
    return true;
  });
});

Deno.test("a write whose effect cannot be read is OUTCOME_UNKNOWN", async () => {
  await using test = await setup({ timeoutMs: 5 }, [{ fault: "lose", on: "/live/song/get/tempo" }]);
  const verify = { address: "/live/song/get/tempo", equals: [90] };
  await assert.rejects(
    test.osc.request("/live/song/set/tempo", { args: [90], verify }, options),
    code("OUTCOME_UNKNOWN"),
  );
});

Deno.test("what comes unasked is reported by its address; what is damaged, or comes from elsewhere, is counted", async () => {
  await using test = await setup();
  await test.osc.request("/live/song/get/tempo", {}, options);
  const stranger = await boundSocket();
  stranger.send("/live/song/get/tempo\0\0\0\0,f\0\0\0\0\0\0", test.osc.localPort, "127.0.0.1");
  await until(() => test.osc.statistics.strangers === 1);
  await closed(stranger);
  test.live.sayBytes(new Uint8Array([1, 2, 3]));
  test.live.say({ address: "/live/song/get/beat", args: [17] });
  await until(() => test.notified.length > 0);
  assert.deepEqual(test.notified, [["/live/song/get/beat", [17]]]);
  assert.deepEqual([test.osc.statistics.malformed, test.osc.statistics.received], [1, 3]);
});

Deno.test("an answer that may be a listener's message is reported as well where that is asked for", async () => {
  await using test = await setup({ alsoNotify: ({ address }) => address === "/live/song/get/tempo" });
  await test.osc.request("/live/song/get/tempo", {}, options);
  assert.deepEqual(test.notified, [["/live/song/get/tempo", [120]]]);
});

Deno.test("messages go out alone, in bundles, and with the time at which they take effect", async () => {
  await using test = await setup();
  const at = Date.now() + 500;
  test.osc.send("/a", [1]);
  test.osc.send("/b", [2], { at });
  test.osc.bundle([{ address: "/c", args: [] }, { address: "/d", args: [] }], { at });
  test.osc.notify("/e", { args: ["x"] });
  await until(() => test.live.heard.length === 5);
  assert.deepEqual(test.live.heard.map(({ address }) => address), ["/a", "/b", "/c", "/d", "/e"]);
  const times = test.live.heard.map((message) => message.at);
  assert.deepEqual([times[0], times[4]], [undefined, undefined]);
  for (const time of times.slice(1, 4)) assert.ok(Math.abs(time! - at) < 1);
});

Deno.test("an application that answers to a port of its own choice is heard there, by one bridge only", async () => {
  await using live = await startOscApplication(liveAnswers(new Map([["tempo", 120]])));
  const probe = await boundSocket();
  const localPort = probe.address().port;
  await closed(probe);
  live.answerTo(localPort);
  const open = openOsc({ port: live.port, localPort, ping: { address: "/live/test" } });
  await using osc = await open(testHost(), { onNotification: () => {} });
  assert.deepEqual((await osc.request("/live/song/get/tempo", {}, options)).values, [120]);
  await osc.ping?.();
  await assert.rejects(open(testHost(), { onNotification: () => {} }), code("PORT_IN_USE"));
});

Deno.test("where nobody answers the ping, there is no application", async () => {
  const nobody = await boundSocket();
  const { port } = nobody.address();
  await closed(nobody);
  const open = openOsc({ port, ping: { address: "/live/test" }, timeoutMs: 5 });
  await assert.rejects(
    open(testHost(), { onNotification: () => {} }),
    code("APP_NOT_CONNECTED", /nobody answers \/live\/test on 127\.0\.0\.1:/),
  );
});

Deno.test("a request ends with its signal, and with the connection", async () => {
  await using test = await setup({ timeoutMs: 10_000 }, [{ fault: "lose" }]);
  const patience = new AbortController();
  const cancelled = test.osc.request("/live/song/get/tempo", {}, { signal: patience.signal });
  const waiting = test.osc.request("/live/song/get/tempo", {}, { signal: patience.signal });
  patience.abort(new PatchbayError("CANCELLED", "enough"));
  await assert.rejects(cancelled, code("CANCELLED"));
  await assert.rejects(waiting, code("CANCELLED"));
  const lost = assert.rejects(test.osc.request("/live/song/get/tempo", {}, options), code("APP_UNRESPONSIVE"));
  test.osc.fail?.(PatchbayError.of("APP_UNRESPONSIVE", "it has been silent"));
  await lost;
  assert.equal((await test.osc.closed).code, "APP_UNRESPONSIVE");
  await assert.rejects(test.osc.request("/live/song/get/tempo", {}, options), code("APP_UNRESPONSIVE"));
});

Deno.test("a request that makes no sense is refused before anything is sent", async () => {
  await using test = await setup();
  await assert.rejects(test.osc.request("/a", { args: [{ type: "x" }] }, options), code("INVALID_REQUEST"));
  await assert.rejects(test.osc.request("no address", {}, options), code("INVALID_REQUEST"));
  assert.equal(test.live.heard.length, 0);
});
