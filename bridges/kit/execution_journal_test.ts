import assert from "node:assert/strict";
import { newId } from "@patchbay/contracts";
import { ExecutionJournal } from "./execution_journal.ts";

const executing = () => {
  const facts = { key: "a.b.c", command: "add", source: "a test", idempotent: false };
  return { ...facts, commandId: newId(), correlationId: newId() };
};

async function withFolder(test: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-journal-" });
  try {
    test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("what a process had begun and not ended is there for the next one", () =>
  withFolder((folder) => {
    const [ended, open] = [executing(), executing()];
    {
      using before = new ExecutionJournal(folder);
      before.begin(ended);
      before.begin(open);
      before.end(ended.commandId);
    }
    using after = new ExecutionJournal(folder);
    assert.deepEqual(after.leftBehind, [open]);
  }));

Deno.test("a process that waits for its lease sees what the one before it did meanwhile", () =>
  withFolder((folder) => {
    using before = new ExecutionJournal(folder);
    using waiting = new ExecutionJournal(folder);
    const begun = executing();
    before.begin(begun);
    assert.deepEqual(waiting.leftBehind, [begun]);
  }));

Deno.test("a disk that refuses to be written stops nothing", () =>
  withFolder((folder) => {
    using journal = new ExecutionJournal(`${folder}/not-there`);
    const begun = executing();
    journal.begin(begun);
    journal.end(begun.commandId);
    assert.deepEqual(journal.leftBehind, []);
  }));
