import assert from "node:assert/strict";
import { newId } from "@patchbay/contracts";
import { ExecutionJournal } from "./execution_journal.ts";

const executing = () => ({
  key: "counter.ws-01.k",
  commandId: newId(),
  command: "add",
  correlationId: newId(),
  source: "a test",
  idempotent: false,
});

async function withFolder(test: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("what was begun and not ended is left to the next process, until that has ended it", () =>
  withFolder((folder) => {
    const [one, two, three] = [executing(), executing(), executing()];
    {
      using journal = new ExecutionJournal(folder);
      for (const each of [one, two, three]) journal.begin(each);
      journal.end(two.commandId);
    }
    {
      using journal = new ExecutionJournal(folder);
      assert.deepEqual(journal.leftBehind, [one, three]);
      journal.begin(two);
      journal.end(one.commandId);
    }
    using journal = new ExecutionJournal(folder);
    assert.deepEqual(journal.leftBehind.map(({ commandId }) => commandId), [three.commandId, two.commandId]);
  }));

Deno.test("a file that was torn is read as far as it goes, and one that grows is written anew", () =>
  withFolder((folder) => {
    const kept = executing();
    using journal = new ExecutionJournal(folder);
    journal.begin(kept);
    for (let n = 0; n < 2_000; n++) {
      const { commandId, ...more } = executing();
      journal.begin({ commandId, ...more });
      journal.end(commandId);
    }
    const path = `${folder}/executing.jsonl`;
    assert.ok(Deno.statSync(path).size < 128 * 1024);
    Deno.writeTextFileSync(path, '{"begun":{"key":"cou', { append: true });
    assert.deepEqual(new ExecutionJournal(folder).leftBehind, [kept]);
  }));

Deno.test("nothing is left of what has ended, also when that is said after the bridge has", () =>
  withFolder((folder) => {
    const one = executing();
    const journal = new ExecutionJournal(folder);
    journal.begin(one);
    journal[Symbol.dispose]();
    journal.end(one.commandId);
    assert.deepEqual(new ExecutionJournal(folder).leftBehind, []);
  }));
