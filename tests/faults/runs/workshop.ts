/** Two applications whose every side effect is a line in a file: what a plan of thirty steps is made of. */
import { command, defineApp, query } from "@patchbay/contracts";
import { z } from "zod";

/** Names one side effect that a plan wants: what is done twice under one tag was done twice. */
const tag = z.string();
const work = { tag, takesMs: z.number().default(0), after: z.number().optional() };
const Done = z.object({ tag, n: z.number() });

/** So often an application says that it is busy before it does what a tag asks for. */
const busy = z.number().int().default(0);

const workshop = (app: string, title: string) =>
  defineApp({
    app,
    title,
    version: "1.0.0",
    state: z.object({ n: z.number() }),
    commands: {
      grind: command({
        summary: "Grinds one piece.",
        args: z.object({ ...work, busy }),
        result: Done,
        undo: { command: "mend", args: { tag: { $ref: "args.tag" } } },
      }),
      mend: command({ summary: "Makes a piece whole again.", args: z.object({ tag }), result: Done, undo: "none" }),
      paint: command({
        summary: "Paints a piece, as often as one likes.",
        args: z.object({ ...work, colour: z.number() }),
        result: Done,
        idempotent: true,
        undo: "none",
        verify: {
          command: "colour",
          args: { tag: { $ref: "args.tag" } },
          expect: { "/colour": { $ref: "args.colour" } },
        },
      }),
      refuse: command({ summary: "Is never done.", args: z.object({ tag }), result: Done, undo: "none" }),
      fire: command({
        summary: "Fires a piece, as a job.",
        args: z.object(work),
        result: Done,
        lane: "job",
        undo: { command: "mend", args: { tag: { $ref: "args.tag" } } },
      }),
      glaze: command({
        summary: "Glazes a piece, as a job, as often as one likes.",
        args: z.object(work),
        result: Done,
        lane: "job",
        idempotent: true,
        undo: "none",
      }),
      count: query({
        summary: "Counts the pieces.",
        args: z.object({ takesMs: z.number().default(0), after: z.number().optional() }),
        result: z.object({ n: z.number(), some: z.array(z.number()) }),
      }),
      colour: query({
        summary: "Looks at a piece.",
        args: z.object({ tag }),
        result: z.object({ colour: z.number() }),
      }),
    },
  });

/** On two machines. */
export const mill = workshop("mill", "Mill");
/** On one. */
export const press = workshop("press", "Press");
export const WORKSHOPS = { mill, press };

/** What lies in the value of an effect. */
export const Made = z.object({ command: z.string(), colour: z.number().optional() });

/** What reads, or may be done twice. */
export const isRepeatable = (command: string): boolean => {
  const definition = mill.commands[command as keyof typeof mill.commands];
  return definition.effect === "read" || definition.idempotent;
};
export const isRead = (command: string): boolean =>
  mill.commands[command as keyof typeof mill.commands].effect === "read";
