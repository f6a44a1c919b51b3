/** An application that answers at once: what is left is Patchbay. */
import type { Adapter } from "@patchbay/bridge-kit";
import { command, defineApp, query } from "@patchbay/contracts";
import { z } from "zod";

const text = z.object({ text: z.string() });

export const echo = defineApp({
  app: "echo",
  title: "Echo",
  version: "1.0.0",
  state: z.object({}),
  commands: {
    echo: query({ summary: "Answers its argument.", args: text, result: text }),
    write: command({ summary: "Answers its argument, as if that changed anything.", args: text, result: text }),
  },
});

export const echoAdapter: Adapter = {
  open: () => Promise.resolve({ appVersion: "1" }),
  execute: ({ args }) => Promise.resolve(args),
  snapshot: () => Promise.resolve({}),
  close: () => Promise.resolve(),
};

/** What is sent: 64 characters. */
export const TEXT = { text: "x".repeat(64) };
