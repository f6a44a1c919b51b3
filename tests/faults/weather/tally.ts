/** An application that keeps a tally: every side effect is a line in a file, on the disk before anybody is told. */
import { command, defineApp, query } from "@patchbay/contracts";
import { z } from "zod";

const args = {
  /** Of a command within a batch: there the bridge gives the ids. */
  tag: z.string().optional(),
  takesMs: z.number().default(0),
  /** Never ends: before the side effect, or after it. */
  hangs: z.enum(["before", "after"]).optional(),
};
export const Counted = z.object({ count: z.number(), tag: z.string().optional() });

export const tally = defineApp({
  app: "tally",
  title: "Tally",
  version: "1.0.0",
  state: z.object({ count: z.number() }),
  commands: {
    add: command({ summary: "Adds one.", args: z.object(args), result: Counted, timeoutMs: 10_000 }),
    set: command({
      summary: "Sets what may be set twice.",
      args: z.object({ ...args, to: z.number() }),
      result: z.object({ to: z.number(), tag: z.string().optional() }),
      idempotent: true,
      timeoutMs: 10_000,
    }),
    read: query({ summary: "Reads the count.", args: z.object({}), result: Counted, timeoutMs: 5_000 }),
  },
  events: { added: { summary: "One was added.", schema: z.object({ count: z.number() }) } },
});

/** One side effect, as the application wrote it down. */
export const Effect = z.object({
  /** The command's id. */
  id: z.string(),
  tag: z.string().optional(),
  /** Milliseconds since 1970, with fractions: another process has another `performance.now()`. */
  at: z.number(),
  value: z.unknown(),
});
export type Effect = z.infer<typeof Effect>;

/** The effects in a file; none where it is missing. A line without an end was never told to anybody, and may be left out. */
export async function readEffects(path: string): Promise<Effect[]> {
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").slice(0, -1).map((line) => Effect.parse(JSON.parse(line)));
}

/** Writes effects down. */
export function openEffects(path: string) {
  const file = Deno.openSync(path, { append: true, create: true });
  return {
    write(effect: Omit<Effect, "at">): void {
      const line = { ...effect, at: performance.timeOrigin + performance.now() };
      const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      file.syncDataSync();
    },
    [Symbol.dispose]: () => file.close(),
  };
}
