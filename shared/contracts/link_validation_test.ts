import assert from "node:assert/strict";
import { z } from "zod";
import { checkLink } from "./link_validation.ts";
import { Link } from "./links.ts";
import { command, defineApp } from "./manifest.ts";
import { manifestDocument } from "./manifest_document.ts";

const drums = manifestDocument(defineApp({
  app: "drums",
  title: "Drums",
  version: "1.0.0",
  state: z.object({ tracks: z.array(z.object({ name: z.string(), volume: z.number() })) }),
  commands: {},
  channels: { kick: { summary: "The kick.", schema: z.object({ level: z.number(), name: z.string() }), rateHz: 60 } },
}));

const vector = z.array(z.number()).length(3);
const paint = manifestDocument(defineApp({
  app: "paint",
  title: "Paint",
  version: "1.0.0",
  state: z.object({}),
  commands: {
    move: command({ summary: "Moves.", args: z.object({ object: z.string(), to: vector }), result: z.unknown() }),
    clear: command({
      summary: "Clears.",
      effect: "destructive",
      args: z.object({ all: z.number() }),
      result: z.null(),
    }),
    run: command({ summary: "Runs.", effect: "open", args: z.object({ code: z.string() }), result: z.null() }),
    draw: command({ summary: "Draws.", lane: "job", args: z.object({ n: z.number() }), result: z.null() }),
  },
}));

const source = { app: "drums", bridge: "ws-01", channel: "kick", path: "/level" };
const target = {
  app: "paint",
  bridge: "ws-02",
  command: "move",
  args: { object: "Cube", to: [0, 0, 0] },
  argument: "/to/2",
};
const problems = (change: Record<string, unknown>) =>
  checkLink(Link.parse({ id: "l1", source, target, ...change }), { source: drums, target: paint })
    .map(({ path, code }) => `${path.join(".")} ${code}`);

Deno.test("a link whose ends fit has no issue, nor has one whose ends are not known yet", () => {
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({ source: { app: "drums", bridge: "ws-01", state: "/tracks/0/volume" } }), []);
  assert.deepEqual(problems({ mapping: { expression: "$ * 2", clamp: [0, 1] } }), []);
  const strange = Link.parse({
    id: "l1",
    source: { ...source, channel: "snare" },
    target: { ...target, command: "x" },
  });
  assert.deepEqual(checkLink(strange, {}), []);
});

Deno.test("each issue names its field", () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ source: { ...source, channel: "snare" } }, "source.channel unknown_channel"],
    [{ source: { ...source, path: "/loudness" } }, "source.path reference"],
    [{ source: { app: "drums", bridge: "ws-01", state: "/songs" } }, "source.state reference"],
    [{ source: { ...source, path: "/name" } }, "target.argument binding"],
    [{ target: { ...target, command: "paint" } }, "target.command unknown_command"],
    [{ target: { ...target, argument: "/to/3" } }, "target.argument reference"],
    [{ target: { ...target, argument: "/colour" } }, "target.argument reference"],
    [{ target: { ...target, args: { object: "Cube" } } }, "target.argument reference"],
    [{ target: { ...target, args: { to: [0, 0, 0] } } }, "target.args.object invalid_type"],
    [{ target: { ...target, command: "clear", argument: "/all" } }, "target.command policy"],
    [{ target: { ...target, command: "run", argument: "/code" } }, "target.command policy"],
    [{ target: { ...target, command: "draw", argument: "/n" } }, "target.command policy"],
    [{ mapping: { expression: "1 +" } }, "mapping.expression expression"],
    [{ mapping: { scale: { from: [1, 1], to: [0, 1] } } }, "mapping.scale.from range"],
    [{ mapping: { clamp: [1, 0] } }, "mapping.clamp range"],
  ];
  for (const [change, expected] of cases) assert.deepEqual(problems(change), [expected]);
});
