import assert from "node:assert/strict";
import { watchOverdue } from "./overdue.ts";

function watched(over: { waitsForPerson?: () => boolean } = {}) {
  const ending = new AbortController();
  const givenUp = Promise.withResolvers<void>();
  const watch = watchOverdue({
    source: "lamp.desk",
    command: "blink",
    signal: ending.signal,
    stuckMs: 1,
    waitsForPerson: over.waitsForPerson ?? (() => false),
    giveUp: () => givenUp.resolve(),
  });
  return { ending, watch, givenUp: givenUp.promise };
}

Deno.test("a command that runs on after its end is given up", async () => {
  const { ending, watch, givenUp } = watched();
  using _watch = watch;
  ending.abort();
  await givenUp;
});

Deno.test("a command that waits for a person is given up only once nobody is waited for", async () => {
  let asked = 0;
  const { ending, watch, givenUp } = watched({ waitsForPerson: () => ++asked < 3 });
  using _watch = watch;
  ending.abort();
  await givenUp;
  assert.equal(asked, 3);
});

Deno.test("a command that has ended is watched no more", () => {
  const { ending, watch } = watched();
  ending.abort();
  // the sanitizer of timers would tell of one that is left
  watch[Symbol.dispose]();
});
