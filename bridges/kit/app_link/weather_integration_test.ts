import assert from "node:assert/strict";
import { join } from "node:path";
import { newId, PatchbayError } from "@patchbay/contracts";
import { anySeed, checkHistory, Faults, faultyApplication, startHistory } from "@patchbay/testing";
import { startBridge } from "../bridge.ts";
import { callResult, counter, testStudio } from "../test_counter.ts";
import { appLinkAdapter } from "./adapter.ts";

/** An application that comes back whenever its link has ended. */
function redialling(dial: (signal: AbortSignal) => Promise<{ closed: Promise<unknown> }>): AsyncDisposable {
  const stop = new AbortController();
  const running = (async () => {
    while (!stop.signal.aborted) {
      try {
        await (await dial(stop.signal)).closed;
      } catch (error) {
        if (!(error instanceof PatchbayError)) throw error;
      }
      if (!stop.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

Deno.test("with an application that crashes and frames that come in pieces, the promises are kept", async () => {
  const seed = anySeed();
  using faults = new Faults({
    seed,
    rules: [
      { fault: "crash", on: "add", at: "after", probability: 0.1, times: 3 },
      { fault: "crash", on: "add", at: "before", probability: 0.1, times: 3 },
      { fault: "split", maxBytes: 200 },
      { fault: "reply_twice", probability: 0.2 },
    ],
  });
  const history = startHistory(seed, faults);
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await Deno.makeTempDir(), (path) => Deno.remove(path, { recursive: true }));
  const studio = stack.use(await testStudio());
  const linksDir = join(folder, "links");
  const bridge = stack.use(
    await startBridge({
      bus: studio.bus,
      manifest: counter,
      adapter: appLinkAdapter({ manifest: counter, linksDir }),
      bridge: "ws-01",
      simulated: true,
      allowCode: false,
      workDir: join(folder, "work"),
      backoff: { minMs: 1, maxMs: 5 },
    }),
  );
  using application = faultyApplication({ faults });
  let count = 0;
  stack.use(redialling((signal) =>
    application.dial({
      app: "counter",
      bridge: "ws-01",
      appVersion: "1.0",
      linksDir,
      signal,
      snapshot: () => ({ count }),
      execute({ id }) {
        const value = { count: ++count };
        history.effect(id, value);
        return value;
      },
    })
  ));
  await bridge.ready();
  for (let i = 0; i < 40; i++) {
    const commandId = newId();
    history.invoked({ commandId, command: "add" });
    try {
      history.result(await callResult(studio.bus, "add", {}, { id: commandId }));
    } catch (error) {
      if (!(error instanceof PatchbayError)) throw error;
      history.unanswered(commandId, error);
    }
    await bridge.ready();
  }
  const { successes, effects } = checkHistory(history, { minSuccesses: 30 });
  assert.ok(successes <= effects);
});
