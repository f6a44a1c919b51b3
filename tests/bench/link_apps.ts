/** The two ends of the measured link. */
import { command, defineApp, Link } from "@patchbay/contracts";
import { z } from "zod";

/** Is a source and a target. */
export const relay = defineApp({
  app: "relay",
  title: "Relay",
  version: "1.0.0",
  state: z.object({}),
  commands: {
    take: command({ summary: "Takes a value.", args: z.object({ value: z.number() }), result: z.unknown() }),
  },
  channels: { time: { summary: "When it was sent.", schema: z.object({ sentAt: z.number() }), rateHz: 1_000 } },
});

export const link: Link = Link.parse({
  id: "bench",
  source: { app: "relay", bridge: "source", channel: "time", path: "/sentAt" },
  target: { app: "relay", bridge: "target", command: "take", argument: "/value" },
});

/** Milliseconds since 1970 with fractions: the same in all processes of one machine, but for a constant. */
export const now = () => performance.timeOrigin + performance.now();

/** What the target answers: when the value was sent, when it came, and when this answer left. */
export const ANSWER = "bench.answer";
export const BARE = "bench.bare";
