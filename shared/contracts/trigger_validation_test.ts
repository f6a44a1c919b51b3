import assert from "node:assert/strict";
import { z } from "zod";
import { command, defineApp, query } from "./manifest.ts";
import { manifestDocument } from "./manifest_document.ts";
import { checkTrigger } from "./trigger_validation.ts";
import { Trigger } from "./triggers.ts";

const Note = z.object({
  pitch: z.number().int(),
  get next() {
    return Note.optional();
  },
});
const piano = manifestDocument(defineApp({
  app: "piano",
  title: "Piano",
  version: "1.0.0",
  state: z.object({}),
  commands: { play: command({ summary: "Plays.", args: z.object({ note: Note }), result: z.object({}) }) },
  events: {
    played: { summary: "A note.", schema: z.object({ note: Note, name: z.string(), loud: z.boolean().optional() }) },
  },
}));
const lamp = manifestDocument(defineApp({
  app: "lamp",
  title: "Lamp",
  version: "1.0.0",
  state: z.object({}),
  commands: {
    dim: command({
      summary: "Dims.",
      args: z.object({
        to: z.number().min(0).max(1),
        color: z.string().optional(),
        tags: z.array(z.string()).default([]),
      }),
      result: z.object({}),
    }),
    level: query({ summary: "Reads.", args: z.object({}), result: z.object({ level: z.number() }) }),
  },
}));

const found = (trigger: z.input<typeof Trigger>, ends = { source: piano, target: lamp }) =>
  checkTrigger(Trigger.parse(trigger), ends).map(({ path, code }) => `${path.join(".")} ${code}`);
const when = { app: "piano", event: "played" };
const dim = (args: Record<string, unknown>) => ({ app: "lamp", command: "dim", args });

Deno.test("a trigger that fits both ends has nothing wrong, also through a schema that refers to itself", () => {
  const then = dim({
    to: { $event: "/data/note/next/next/pitch" },
    color: { $event: "/data/name" },
    tags: [{ $event: "/app" }],
  });
  assert.deepEqual(found({ id: "t", when, then }), []);
  const again = { app: "piano", command: "play", args: { note: { $event: "/data/note" } } };
  assert.deepEqual(checkTrigger(Trigger.parse({ id: "t", when, then: again }), { source: piano, target: piano }), []);
});

Deno.test("everything that does not fit is named with its place", () => {
  assert.deepEqual(found({ id: "t", when: { ...when, event: "stopped" }, then: { ...dim({}), command: "glow" } }), [
    "when.event unknown_event",
    "then.command unknown_command",
  ]);
  assert.deepEqual(
    found({
      id: "t",
      when,
      then: dim({ to: { $event: "/data/name" }, color: { $event: "/data/key" }, tags: [{ $event: 3 }] }),
    }),
    ["then.args.to binding", "then.args.color reference", "then.args.tags.0 reference"],
  );
  assert.deepEqual(found({ id: "t", when, then: dim({ color: "red" }) }), ["then.args.to arguments"]);
  assert.deepEqual(found({ id: "t", when, then: dim({ to: 2 }) }), ["then.args.to arguments"]);
  assert.deepEqual(found({ id: "t", when, then: dim({ to: { $ref: "s1.result.level" }, color: { $item: "" } }) }), [
    "then.args.to reference",
    "then.args.color reference",
  ]);
});

Deno.test("a filter looks at what the event has, and compares it with its like", () => {
  const filtered = (...where: Record<string, unknown>[]) =>
    found({ id: "t", when: { ...when, where }, then: dim({ to: 1 }) });
  assert.deepEqual(filtered({ path: "/loud", equals: true }, { path: "/note/pitch", greaterThan: 60 }), []);
  assert.deepEqual(filtered({ path: "/velocity", greaterThan: 1 }), ["when.where.0.path reference"]);
  assert.deepEqual(filtered({ path: "/name", greaterThan: 1 }), ["when.where.0.greaterThan binding"]);
  assert.deepEqual(filtered({ path: "/note/pitch", equals: "C" }), ["when.where.0.equals binding"]);
  assert.deepEqual(filtered({ path: "/note/pitch", notEquals: "C" }), []);
});

Deno.test("what every bridge says of itself may set a trigger off", () => {
  const status = { app: "piano", event: "bridge_status", where: [{ path: "/to", equals: "disconnected" }] };
  assert.deepEqual(found({ id: "t", when: status, then: dim({ to: 0, color: { $event: "/data/reason" } }) }), []);
  assert.deepEqual(found({ id: "t", when: status, then: dim({ to: { $event: "/data/to" } }) }), [
    "then.args.to binding",
  ]);
});

Deno.test("a schedule gives the time at which it was due, and nothing else", () => {
  const nightly = { cron: "0 3 * * *" };
  assert.deepEqual(found({ id: "t", when: nightly, then: dim({ to: { $event: "/at" } }) }), []);
  assert.deepEqual(found({ id: "t", when: nightly, then: dim({ to: { $event: "/data" } }) }), [
    "then.args.to reference",
  ]);
  assert.deepEqual(found({ id: "t", when: { cron: "0 30 * * *" }, then: dim({ to: 1 }) }), ["when.cron schedule"]);
  assert.deepEqual(found({ id: "t", when: { ...nightly, timezone: "Nowhere" }, then: dim({ to: 1 }) }), [
    "when.timezone schedule",
  ]);
});

Deno.test("of applications that nobody knows nothing is said but what is wrong in itself", () => {
  const then = dim({ to: { $event: "/data/anything" }, color: { $event: "no pointer" } });
  assert.deepEqual(checkTrigger(Trigger.parse({ id: "t", when, then }), {}).map(({ path }) => path.join(".")), [
    "then.args.color",
  ]);
});
