import assert from "node:assert/strict";
import fc from "fast-check";
import { PatchbayError } from "@patchbay/contracts";
import { Argument } from "../manifest_file/arguments.ts";
import { Field } from "../manifest_file/fields.ts";
import { Message } from "../manifest_file/values.ts";
import { bind } from "../simulator/binding.ts";
import { fillAddress, matchAddress } from "./address_template.ts";
import { holds, readField } from "./fields.ts";
import { messageOf, type Scope } from "./message.ts";

const scope = (declared: Scope["declared"], args: Scope["args"]): Scope => ({
  declared,
  args,
  unique: 7,
  contents: new Map([["a.bin", new Uint8Array([1])]]),
  output: (ending) => `/out.${ending}`,
});
const argument = (given: unknown) => Argument.parse(given);
const field = (given: unknown) => Field.parse(given);

Deno.test("an address is filled with arguments, and what it was filled with is found again", () => {
  const part = fc.stringMatching(/^[A-Za-z0-9_.-]{1,8}$/);
  fc.assert(fc.property(part, part, (a, b) => {
    const filled = fillAddress("/desk/{a}/x{b}/y", (name) => name === "a" ? a : b);
    assert.deepEqual(matchAddress("/desk/{a}/x{b}/y", filled), { a, b });
  }));
  assert.equal(matchAddress("/desk/{a}", "/desk/1/2"), undefined);
  assert.equal(matchAddress("/a.b", "/axb"), undefined);
});

Deno.test("nothing leads out of its place in an address", () => {
  for (const value of ["a/b", "*", "", "a b", "ä", "[1]", "{a}"]) {
    assert.throws(
      () => fillAddress("/desk/{a}", () => value),
      (error) => error instanceof PatchbayError && error.code === "INVALID_ARGUMENTS",
      value,
    );
  }
});

Deno.test("arguments travel as the types that they were given", () => {
  const declared = {
    level: argument({ type: "number" }),
    count: argument({ type: "integer" }),
    on: argument({ type: "boolean" }),
    flag: argument({ type: "boolean", osc: "T" }),
    mode: argument({ type: "choice", choices: { dark: 0, bright: 1.5 } }),
    color: argument({ type: "list", items: { type: "integer" } }),
    controls: argument({ type: "map" }),
    absent: argument({ type: "number", optional: true }),
  };
  const args = { level: 1, count: 2, on: true, flag: false, mode: "bright", color: [1, 2], controls: { a: 3 } };
  const values = [...Object.keys(declared).map((arg) => ({ arg })), { unique: true }, { keys: "controls" }, {
    count: "color",
  }];
  const template = Message.parse({
    address: "/x",
    args: [...values, { arg: "count", as: "d" }, 5, 0.5, "s", { f: 1 }, { file: "a.bin" }, { output: "wav" }],
  });
  assert.deepEqual(messageOf(template, scope(declared, args)).args, [
    { type: "f", value: 1 },
    { type: "i", value: 2 },
    { type: "i", value: 1 },
    false,
    { type: "f", value: 1.5 },
    { type: "i", value: 1 },
    { type: "i", value: 2 },
    "a",
    { type: "f", value: 3 },
    { type: "i", value: 7 },
    "a",
    2,
    { type: "d", value: 2 },
    5,
    0.5,
    "s",
    { type: "f", value: 1 },
    new Uint8Array([1]),
    "/out.wav",
  ]);
});

Deno.test("a whole number that does not fit into 32 bits is refused", () => {
  const declared = { count: argument({ type: "integer" }) };
  const template = Message.parse({ address: "/x", args: [{ arg: "count" }] });
  assert.throws(() => messageOf(template, scope(declared, { count: 2 ** 31 })), /type i/);
});

Deno.test("the simulator understands what a command sends", () => {
  const declared = {
    n: argument({ type: "integer" }),
    level: argument({ type: "number" }),
    name: argument({ type: "string" }),
    mode: argument({ type: "choice", choices: { off: 0, on: 1 } }),
  };
  const template = Message.parse({ address: "/a/{n}/{mode}", args: [{ arg: "level" }, "fixed", { arg: "name" }] });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 999 }),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      fc.constantFrom("off", "on"),
      (n, level, name, mode) => {
        const { address, args } = messageOf(template, scope(declared, { n, level, name, mode }));
        const received = {
          address,
          args: args.map((arg) =>
            typeof arg === "object" && arg !== null && "value" in arg ? arg.value : arg
          ) as number[],
        };
        assert.deepEqual(bind(template, received, declared), { n, level, name, mode });
      },
    ),
  );
  assert.equal(bind(template, { address: "/a/1/on", args: [1, "other", "x"] }, declared), undefined);
});

Deno.test("fields are read from their places, and what is something else is refused", () => {
  const message = { address: "/fader/3", args: [1, "a", true, 2n ** 60n, null, new Uint8Array(2)] };
  const read = (given: unknown) => readField(field(given), message);
  assert.equal(read({ at: 0, type: "integer" }), 1);
  assert.equal(read({ at: 0, type: "boolean" }), true);
  assert.equal(read({ part: 2, type: "integer" }), 3);
  assert.equal(read({ part: 1, type: "string" }), "fader");
  assert.equal(read({ at: 3 }), String(2n ** 60n));
  assert.equal(read({ at: 9, optional: true }), null);
  assert.equal(read({ at: 1, type: "choice", choices: { first: "a" } }), "first");
  assert.deepEqual(read({ from: 3, type: "list" }), [String(2n ** 60n), null, "2 bytes"]);
  assert.deepEqual(read({ from: 0, type: "map" }), { 1: "a", true: String(2n ** 60n), null: "2 bytes" });
  for (
    const wrong of [{ at: 1, type: "number" }, { at: 9 }, { at: 4, type: "string" }, {
      at: 0,
      type: "choice",
      choices: ["x"],
    }]
  ) {
    assert.throws(() => read(wrong), (error) => error instanceof PatchbayError && error.code === "INVALID_RESULT");
  }
});

Deno.test("a condition looks at one value", () => {
  const message = { address: "/b", args: [1] };
  assert.ok(holds({ at: 0, is: 1 }, message));
  assert.ok(holds({ at: 0, is: true }, message));
  assert.ok(!holds({ at: 0, not: 1 }, message));
  assert.ok(!holds({ at: 1, is: 1 }, message));
  assert.ok(holds(undefined, message));
});
