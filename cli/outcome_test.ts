import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { describeError } from "./outcome.ts";

Deno.test("an error is read with its issues, what to do, and what was not understood", () => {
  const text = describeError(
    new PatchbayError("NOT_UNDERSTOOD", "Cannot plan: did not understand 'fly'", {
      issues: [{ path: ["instruction"], message: "unknown" }],
      remedy: "Say it otherwise.",
      context: { clauses: [{ clause: "fly", suggestions: ["add a cube"] }] },
    }),
  );
  assert.equal(
    text,
    [
      "NOT_UNDERSTOOD: Cannot plan: did not understand 'fly'",
      "  instruction: unknown",
      '  not understood: "fly"',
      "    perhaps: add a cube",
      "What to do: Say it otherwise.",
    ].join("\n"),
  );
});

Deno.test("whoever was not understood is told how to read what is suggested", () => {
  const context = { clauses: [{ clause: "fly", suggestions: ["add a [{color}] {type}"] }] };
  const text = describeError(new PatchbayError("NOT_UNDERSTOOD", "Cannot plan", { context }));
  assert.match(text, /What to do: Say it like one of these\. \[Words\] may be left out/);
});

Deno.test("what an application says of its failure cannot steer the terminal", () => {
  const error = new PatchbayError("COMMAND_FAILED", "no\u001b]52;c;bm8=\u0007\u009b2J", {
    issues: [{ path: ["\u001b[1A"], message: "\r" }],
  });
  assert.doesNotMatch(describeError(error), /(?!\n)\p{Cc}/u);
});
