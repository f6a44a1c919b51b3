/** For the tests of this folder: an application with an undo history of its own, and a person who works in it too. */
import { z } from "zod";
import {
  ANY_BRIDGE,
  command,
  defineApp,
  envelope,
  fromProblem,
  type Id,
  type JsonObject,
  newId,
  query,
  Result,
  subjects,
  TakenBack,
} from "@patchbay/contracts";
import { type Bus, request } from "@patchbay/bus";
import type { Adapter, StepBack } from "../adapter.ts";

const empty = z.object({});

export const easel = defineApp({
  app: "easel",
  title: "Easel",
  version: "1.0.0",
  state: z.object({ strokes: z.array(z.string()) }),
  commands: {
    paint: command({
      summary: "Paints a stroke.",
      args: z.object({ stroke: z.string() }),
      result: z.object({ stroke: z.string(), count: z.number() }),
      inverse: { command: "erase", args: { stroke: { $ref: "result.stroke" } } },
    }),
    smear: command({ summary: "Smears, which only the application takes back.", args: empty, result: empty }),
    erase: command({ summary: "Takes a stroke away.", args: z.object({ stroke: z.string() }), result: empty }),
    light: command({
      summary: "Sets the light.",
      args: z.object({ level: z.number() }),
      result: z.object({ previous: z.number() }),
      undo: { command: "light", args: { level: { $ref: "result.previous" } } },
    }),
    varnish: command({ summary: "Varnishes for good.", args: empty, result: empty, undo: "none" }),
    look: query({ summary: "Looks.", args: empty, result: z.object({ strokes: z.array(z.string()) }) }),
    undo: command({ summary: "One step back.", args: empty, result: empty, undo: "none" }),
    redo: command({ summary: "One step forth.", args: empty, result: empty, undo: "none" }),
  },
  events: { human_edit: { summary: "A person painted.", schema: empty } },
});

/** The same without a word of what a person does in it. */
export const silentEasel = defineApp({ ...easel, events: {} });

interface Step {
  id: string | undefined;
  strokes: readonly string[];
}

/** The easel in memory; `atOnce` is what makes looking and stepping one thing. */
export function easelOnStand() {
  let strokes: readonly string[] = [];
  let level = 0;
  const done: Step[] = [];
  const undone: Step[] = [];
  const change = (next: readonly string[], id?: string) => {
    done.push({ id, strokes });
    undone.length = 0;
    strokes = next;
  };
  const step = (direction: "undo" | "redo") => {
    const [from, to] = direction === "undo" ? [done, undone] : [undone, done];
    const back = from.pop();
    if (back === undefined) throw new Error(`there is nothing to ${direction}`);
    to.push({ id: back.id, strokes });
    strokes = back.strokes;
    return {};
  };
  return {
    get strokes() {
      return strokes;
    },
    get level() {
      return level;
    },
    /** What a person does. */
    byHand: (stroke: string) => change([...strokes, stroke]),
    stepBack({ direction, commandId }: StepBack) {
      const top = (direction === "undo" ? done : undone).at(-1);
      if (top?.id !== commandId) return Promise.resolve({ moved: false, reason: "a person painted meanwhile" });
      step(direction);
      return Promise.resolve({ moved: true });
    },
    group: ((_label, _signal, id) => {
      const [before, steps] = [strokes, done.length];
      return Promise.resolve({
        close(outcome) {
          done.length = steps;
          if (outcome === "undo") strokes = before;
          else done.push({ id, strokes: before });
          return Promise.resolve(outcome === "undo");
        },
      });
    }) satisfies NonNullable<Adapter["group"]>,
    handlers: {
      paint({ args: { stroke }, id }: { args: { stroke: string }; id: Id }) {
        change([...strokes, stroke], id);
        return { stroke, count: strokes.length };
      },
      smear: ({ id }: { id: Id }) => (change(strokes.map((stroke) => `~${stroke}`), id), {}),
      erase({ args: { stroke }, id }: { args: { stroke: string }; id: Id }) {
        change(strokes.filter((each) => each !== stroke), id);
        return {};
      },
      light({ args }: { args: { level: number } }) {
        const previous = level;
        level = args.level;
        return { previous };
      },
      varnish: () => ({}),
      look: () => ({ strokes: [...strokes] }),
      undo: () => step("undo"),
      redo: () => step("redo"),
    },
  };
}

export async function send(
  bus: Bus,
  name: string,
  args: JsonObject = {},
  { id = newId(), to = "ws-01" }: { id?: Id; to?: string } = {},
): Promise<Result> {
  const payload = { command: name, args, priority: "normal" };
  const target = `easel.${to}`;
  const message = envelope({ type: "command", id, payload, source: "a test", target });
  const options = { payload: Result, absent: "BRIDGE_OFFLINE", timeoutMs: 10_000 } as const;
  return (await request(bus, subjects.command("easel", to === ANY_BRIDGE ? "ws-01" : to, name), message, options))
    .payload;
}

/** A command that was done, as `_undo` takes it. @throws {PatchbayError} the problem */
export async function perform(bus: Bus, command: string, args: JsonObject = {}): Promise<JsonObject> {
  const result = await send(bus, command, args);
  if (!result.ok) throw fromProblem(result.problem);
  const { commandId, value, session } = result;
  return { commandId, command, args, value, session };
}

/** @throws {PatchbayError} the problem */
export async function take(bus: Bus, way: "_undo" | "_redo", done: JsonObject): Promise<TakenBack> {
  const result = await send(bus, way, done);
  if (!result.ok) throw fromProblem(result.problem);
  return TakenBack.parse(result.value);
}
