import assert from "node:assert/strict";
import {
  commandDocument,
  type ManifestDocument,
  ManifestDocument as Document,
  manifestDocument,
} from "@patchbay/contracts";
import type { z } from "zod";
import { blender } from "./manifest.ts";
import { Color } from "./manifest/colors.ts";

const document: ManifestDocument = manifestDocument(blender);

/** Slots of a pattern, after its brackets were found to close in order. */
function slotsOf(pattern: string): string[] {
  const closing: string[] = [];
  for (const [character] of pattern.matchAll(/[[\](){}]/g)) {
    const closes = { "[": "]", "(": ")", "{": "}" }[character];
    if (closes !== undefined) closing.push(closes);
    else assert.equal(closing.pop(), character, `'${pattern}' closes what it did not open`);
  }
  assert.deepEqual(closing, [], `'${pattern}' leaves a bracket open`);
  return [...pattern.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name!);
}

Deno.test("the manifest travels: every schema of it becomes JSON Schema", () => {
  assert.deepEqual(Document.parse(JSON.parse(JSON.stringify(document))), JSON.parse(JSON.stringify(document)));
});

Deno.test("every phrase is well formed and names arguments of its command", () => {
  for (const [name, { args, phrases }] of Object.entries(document.commands)) {
    const known = Object.keys(args["properties"] ?? {});
    for (const phrase of phrases) {
      const { say, args: implied = {} } = typeof phrase === "string" ? { say: phrase } : phrase;
      for (const slot of [...slotsOf(say), ...Object.keys(implied)]) {
        assert.ok(known.includes(slot), `${name}: '${say}' names '${slot}', which is no argument`);
      }
    }
  }
});

Deno.test("the arguments that phrases imply are ones that the command takes", () => {
  for (const [name, definition] of Object.entries(blender.commands)) {
    const shape: Record<string, z.ZodType> = definition.args.shape;
    for (const phrase of definition.phrases) {
      if (typeof phrase === "string") continue;
      for (const [key, value] of Object.entries(phrase.args ?? {})) {
        const parsed = shape[key]!.safeParse(value);
        assert.ok(parsed.success, `${name}: '${phrase.say}': ${parsed.error?.message}`);
      }
    }
  }
});

Deno.test("every command that people would ask for in words has phrases, and the others take structures", () => {
  const silent = Object.entries(document.commands).filter(([, { phrases }]) => phrases.length === 0).map(([name]) =>
    name
  );
  assert.deepEqual(silent.sort(), ["apply_scene", "set_keyframes"]);
});

Deno.test("commands that read are repeatable and need no undo; code is the one that may do anything", () => {
  for (const [name, { kind, effect, idempotent, undo }] of Object.entries(document.commands)) {
    assert.equal(kind === "query", effect === "read", name);
    if (effect === "read") assert.ok(idempotent && undo === "none", name);
    assert.equal(effect === "open", name === "execute_python", name);
  }
});

Deno.test("an argument that is unknown is refused by every command", () => {
  for (const [name, definition] of Object.entries(blender.commands)) {
    const parsed = definition.args.safeParse({ surely_not_an_argument: 1 });
    assert.ok(parsed.error?.issues.some(({ code }) => code === "unrecognized_keys"), name);
  }
});

Deno.test("an argument keeps its slot in JSON Schema, so that the planner knows what may stand there", () => {
  const properties = commandDocument(blender.commands.create_object).args["properties"];
  const slot = (name: string) => (properties as Record<string, { slot?: string }>)[name]?.slot;
  assert.deepEqual(["name", "color", "parent", "text"].map(slot), ["name", "color", "object", "text"]);
});

Deno.test("a colour arrives scene-linear, in whatever form it was written", () => {
  assert.deepEqual(Color.parse("red"), [1, 0, 0]);
  assert.deepEqual(Color.parse("#F00"), [1, 0, 0]);
  assert.deepEqual(Color.parse([0.25, 0.5, 1]), [0.25, 0.5, 1]);
  const [grey] = Color.parse("#808080");
  assert.ok(Math.abs(grey - 0.2158605) < 1e-6);
  for (const wrong of ["reddish", "#12", [0, 0], [0, 0, NaN], [0, 0, 2]]) assert.ok(!Color.safeParse(wrong).success);
});
