import assert from "node:assert/strict";
import { newId } from "@patchbay/contracts";
import type { AdapterCall, AdapterHost } from "../adapter.ts";
import { recordedAdapter } from "./recorded_adapter.ts";
import { easel } from "./test_easel.ts";
import { UndoHistory } from "./undo_history.ts";

const [a, b, c] = [newId(), newId(), newId()];
const step = () => Promise.resolve();

Deno.test("the last command lies on top, and the one before it once that was taken back", async () => {
  const history = new UndoHistory();
  for (const id of [a, b]) history.did(id);
  assert.equal(history.whyNot("undo", b), undefined);
  assert.match(history.whyNot("undo", a) ?? "", /another command lies on top/);
  await history.walk("undo", step);
  assert.equal(history.whyNot("undo", a), undefined);
  assert.equal(history.whyNot("redo", b), undefined);
  history.did(c);
  assert.match(history.whyNot("redo", b) ?? "", /something else happened/);
});

Deno.test("what comes while a step is taken buries all of it", async () => {
  const history = new UndoHistory();
  for (const id of [a, b]) history.did(id);
  await history.walk("undo", () => Promise.resolve(history.barrier("a person changed something")));
  assert.equal(history.whyNot("undo", a), "a person changed something");
  assert.notEqual(history.whyNot("redo", b), undefined);
});

Deno.test("a step that fails leaves nothing known", async () => {
  const history = new UndoHistory();
  history.did(a);
  await assert.rejects(history.walk("undo", () => Promise.reject(new Error("no"))), /no/);
  assert.equal(history.whyNot("undo", a), "its own undo has failed");
});

Deno.test("a group is one step, unless something else came into it, or it was taken back", () => {
  const history = new UndoHistory();
  history.did(a);
  const group = (during: () => void, undone = false) => {
    history.beginGroup(b);
    during();
    history.endGroup(undone);
  };
  group(() => {});
  assert.equal(history.whyNot("undo", a), undefined);
  group(() => history.did(c), true);
  assert.equal(history.whyNot("undo", a), undefined);
  group(() => history.did(c));
  assert.equal(history.whyNot("undo", b), undefined);
  group(() => {
    history.did(c);
    history.barrier("a person changed something");
  });
  assert.equal(history.whyNot("undo", b), "a person changed something");
});

Deno.test("the values of a link, and a command that fails, bury what is under them", async () => {
  const history = new UndoHistory();
  let fails = false;
  const adapter = recordedAdapter(
    {
      open: () => Promise.resolve({ appVersion: "1" }),
      execute: () => fails ? Promise.reject(new Error("no")) : Promise.resolve({}),
      snapshot: () => Promise.resolve({}),
      close: () => Promise.resolve(),
    },
    easel,
    history,
  )({} as AdapterHost);
  const run = (id: string, more: Partial<AdapterCall> = {}) =>
    adapter.execute({
      command: "smear",
      args: {},
      id,
      signal: new AbortController().signal,
      progress: () => {},
      deadline: Infinity,
      ...more,
    });
  await run(a);
  await run(b, { command: "look" });
  assert.equal(history.whyNot("undo", a), undefined);
  await run(b, { live: true });
  assert.equal(history.whyNot("undo", a), "a link has changed something");
  await run(a);
  fails = true;
  await assert.rejects(run(b), /no/);
  assert.equal(history.whyNot("undo", a), "smear came after it, and failed");
  await adapter.open({} as AdapterHost);
  assert.equal(history.whyNot("undo", a), "it was not this bridge that changed something last");
});
