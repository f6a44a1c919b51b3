/** Commands that start and stop the application: the kit runs them itself, where the bridge started the application. */
import { z } from "zod";
import { command, type CommandDefinition, type CommandKind, type JsonObject, type Phrase } from "@patchbay/contracts";
import type { Adapter, AdapterCall } from "./adapter.ts";
import type { Application, Session } from "./application.ts";

const Lifecycle = z.object({
  running: z.boolean().describe("Whether the application runs now"),
  changed: z.boolean().describe("Whether that is new"),
});

type LifecycleCommand = CommandDefinition<z.ZodObject<Record<never, never>>, typeof Lifecycle>;

/**
 * `start_application` and `stop_application`, for the manifest of an application that its bridge can start.
 *
 * @param title what people call it in their instructions
 * @example
 * ```ts
 * import { z } from "zod";
 * import { lifecycleCommands } from "@patchbay/bridge-kit";
 * import { defineApp } from "@patchbay/contracts";
 *
 * const paint = defineApp({
 *   app: "paint",
 *   title: "Paint",
 *   version: "1.0.0",
 *   state: z.object({}),
 *   commands: { ...lifecycleCommands("Paint") },
 * });
 * ```
 */
export function lifecycleCommands(title: string): {
  start_application: LifecycleCommand;
  stop_application: LifecycleCommand;
} {
  return {
    start_application: command({
      kind: "init",
      summary: `Starts ${title} on the bridge's machine, unless it runs already.`,
      args: z.object({}),
      result: Lifecycle,
      idempotent: true,
      undo: "none",
      timeoutMs: 120_000,
      phrases: phrases(["start", "launch"], title),
    }),
    stop_application: command({
      kind: "terminate",
      summary: `Ends ${title}, without saving; it stays so until it is started again.`,
      args: z.object({}),
      result: Lifecycle,
      effect: "destructive",
      idempotent: true,
      undo: "none",
      timeoutMs: 30_000,
      phrases: phrases(["quit", "shut down"], title),
    }),
  };
}

/** A title with signs would be read as a pattern. */
function phrases(verbs: readonly string[], title: string): Phrase[] {
  return /^[\p{L}\p{N} ]+$/u.test(title) ? verbs.map((verb) => `${verb} ${title}`) : [];
}

/**
 * Where a command runs that starts or ends the application: it need not be there. `undefined` for other commands, and for
 * an application that is not the bridge's to start: there the adapter gets them like any other.
 */
export function lifecycleSession<S>(application: Application<S>, kind: CommandKind): Session<S> | undefined {
  if (!application.owned) return undefined;
  if (kind === "init") {
    return session(async ({ signal }) => ({ running: true, changed: await application.start(signal) }));
  }
  if (kind !== "terminate") return undefined;
  return session(async () => ({
    running: false,
    changed: await application.stop("was stopped by a command, until one starts it again"),
  }));
}

function session<S>(execute: (call: AdapterCall) => Promise<JsonObject>): Session<S> {
  const notHere = () => Promise.reject(new TypeError("Only a command runs without the application"));
  const adapter: Adapter<S> = { execute, open: notHere, snapshot: notHere, close: () => Promise.resolve() };
  return { adapter, appVersion: "", lost: new AbortController().signal };
}
