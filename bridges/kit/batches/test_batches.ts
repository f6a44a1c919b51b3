/** For the tests of this folder: an application whose commands are taken back in every way there is, and who sends it batches. */
import { z } from "zod";
import {
  Batch,
  BatchResult,
  command,
  defineApp,
  envelope,
  type Id,
  newId,
  type PatchbayError,
  query,
  subjects,
} from "@patchbay/contracts";
import { type Bus, request } from "@patchbay/bus";

const empty = z.object({});

export const desk = defineApp({
  app: "desk",
  title: "Desk",
  version: "1.0.0",
  state: z.object({ count: z.number() }),
  commands: {
    add: command({
      summary: "Adds to the count.",
      args: z.object({ by: z.number().default(1), name: z.string().optional() }),
      result: z.object({ count: z.number(), name: z.string().nullable() }),
    }),
    read: query({ summary: "Reads the count.", args: empty, result: z.object({ count: z.number() }) }),
    big: query({
      summary: "Answers much.",
      args: z.object({ characters: z.number() }),
      result: z.object({ text: z.string() }),
    }),
    set_gain: command({
      summary: "Sets the gain.",
      args: z.object({ gain: z.number() }),
      result: z.object({ previous: z.number() }),
      undo: { command: "set_gain", args: { gain: { $ref: "result.previous" } } },
    }),
    mute: command({
      summary: "Mutes a channel.",
      args: z.object({ channel: z.string() }),
      result: empty,
      undo: { command: "unmute", args: { channel: { $ref: "args.channel" } } },
    }),
    unmute: command({
      summary: "Opens a channel.",
      args: z.object({ channel: z.string() }),
      result: empty,
      undo: "none",
    }),
    sample: query({ summary: "Takes a sample.", args: empty, result: z.object({ value: z.number() }) }),
    fail: command({ summary: "Fails.", args: z.object({ text: z.string().default("no") }), result: empty }),
    hold: command({ summary: "Holds until it is let go.", args: z.object({ name: z.string() }), result: empty }),
    print: command({ summary: "Prints.", args: empty, result: empty, undo: "none" }),
    run_code: command({ summary: "Runs code.", effect: "open", args: empty, result: empty }),
    power_off: command({ summary: "Ends it.", kind: "terminate", args: empty, result: empty }),
    undo: command({ summary: "One step back.", args: empty, result: empty, undo: "none" }),
  },
});

type DraftBatch = Omit<z.input<typeof Batch>, "commands"> & {
  commands: readonly (readonly [command: string, args?: Record<string, unknown>, timeoutMs?: number])[];
};

export interface SendOptions {
  id?: Id;
  correlationId?: Id;
  /** How long the caller waits. @default 10_000 */
  waitMs?: number;
  bridge?: string;
}

/** Sends a batch. @throws {PatchbayError} the problem with which it was refused */
export async function sendBatch(
  bus: Bus,
  { commands, ...batch }: DraftBatch,
  { id = newId(), correlationId = newId(), waitMs = 10_000, bridge = "ws-01" }: SendOptions = {},
): Promise<BatchResult> {
  const payload = {
    ...batch,
    commands: commands.map(([command, args, timeoutMs]) => ({
      command,
      ...(args === undefined ? {} : { args }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })),
  };
  const message = envelope({ type: "command", payload, source: "a test", id, correlationId });
  const reply = await request(bus, subjects.batch("desk", bridge), message, {
    payload: BatchResult,
    absent: "BRIDGE_OFFLINE",
    timeoutMs: waitMs,
  });
  return reply.payload;
}

/** What became of each command. */
export const statuses = ({ items }: BatchResult) => items.map(({ status }) => status);

/** Expects a refusal of this code whose issues stand at these paths. */
export const refusal = (code: string, ...paths: string[]) => (error: unknown) => {
  const { code: found, issues } = error as PatchbayError;
  return found === code && (paths.length === 0 || issues.map(({ path }) => path.join(".")).join() === paths.join());
};

/** A desk in memory with an undo history, and every command in the order in which it ran. */
export function deskHandlers() {
  const desk = { count: 0, gain: 1, muted: new Set<string>(), history: [] as number[], log: [] as string[] };
  return {
    desk,
    handlers: {
      add({ args: { by, name } }: { args: { by: number; name?: string | undefined } }) {
        desk.log.push(`add ${by}`);
        desk.history.push(desk.count);
        return { count: desk.count += by, name: name ?? null };
      },
      read: () => ({ count: desk.count }),
      big: ({ args }: { args: { characters: number } }) => ({ text: "x".repeat(args.characters) }),
      set_gain({ args: { gain } }: { args: { gain: number } }) {
        const previous = desk.gain;
        desk.log.push(`gain ${gain}`);
        desk.gain = gain;
        return { previous };
      },
      mute: ({ args }: { args: { channel: string } }) => (desk.muted.add(args.channel), {}),
      unmute: ({ args }: { args: { channel: string } }) => (desk.muted.delete(args.channel), {}),
      undo() {
        desk.log.push("undo");
        desk.count = desk.history.pop() ?? desk.count;
        return {};
      },
    },
  };
}
