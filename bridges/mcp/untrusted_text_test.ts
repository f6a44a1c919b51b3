import assert from "node:assert/strict";
import fc from "fast-check";
import { commandNames } from "./command_names.ts";
import { CommandName } from "@patchbay/contracts";
import { shownText } from "./untrusted_text.ts";

Deno.test("text that is shown has no escape sequences, no hidden letters, no changed direction, and one line", () => {
  assert.equal(shownText("\u001b[31mred\u001b[0m\r\nnext\u0000", 100), "[31mred[0m next");
  assert.equal(shownText("a\u202Eb\u202Cc\u200Bd\uFEFF", 100), "abcd");
  assert.equal(shownText(`x${String.fromCodePoint(0xe0041, 0xe0042)}y`, 100), "xy");
  assert.equal(shownText("Größe 世界 🎛", 100), "Größe 世界 🎛");
});

Deno.test("whatever it is, it is as short as it has to be, and whole characters", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (text, max) => {
    const shown = shownText(text, max);
    assert.ok(shown.length <= max);
    assert.ok(shown.isWellFormed());
    assert.doesNotMatch(shown, /\p{Cc}/u);
  }));
});

Deno.test("every list of tools has a command for each tool, under a name that can be one, whatever their order", () => {
  const names = fc.uniqueArray(
    fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom("a.b", "a b", "a_b", "read_resource")),
  );
  fc.assert(fc.property(names, (tools) => {
    const commands = commandNames(tools, ["read_resource"]);
    assert.deepEqual([...commands.values()].sort(), [...tools].sort());
    for (const name of commands.keys()) assert.ok(CommandName.safeParse(name).success, name);
    assert.ok(!commands.has("read_resource"));
    const again = commandNames([...tools].reverse(), ["read_resource"]);
    assert.deepEqual([...again].sort(), [...commands].sort());
  }));
});

Deno.test("a name that could be a command's stays, and one that looks like another is told apart", () => {
  assert.deepEqual([...commandNames(["get-tiny-image", "a.b"], []).keys()], ["get-tiny-image", "a_b"]);
  const [first, second] = [...commandNames(["a.b", "a_b"], []).keys()];
  assert.match(first!, /^a_b_[0-9a-f]{8}$/);
  assert.equal(second, "a_b");
});
