/** A counter as an application, and a bridge for it: what the gateway's tests drive. */
import { z } from "zod";
import { type Bus, endpoint, openBucket, type RunningService, send, startService, subscribe } from "@patchbay/bus";
import {
  Cancel,
  Command,
  command,
  type CommandName,
  defineApp,
  envelope,
  ManifestDocument,
  manifestDocument,
  PatchbayError,
  query,
  type Result,
  subjects,
  toProblem,
  ValidationError,
  WILDCARD,
} from "@patchbay/contracts";
import { publish } from "@patchbay/bus";

const empty = z.object({});

export const counter = defineApp({
  app: "counter",
  title: "Counter",
  version: "1.0.0",
  state: z.object({ count: z.number() }),
  commands: {
    get: query({ summary: "Reads the count.", args: empty, result: z.object({ count: z.number() }) }),
    increment: command({
      summary: "Adds to the count.",
      args: z.object({ by: z.number().int().default(1) }),
      result: z.object({ count: z.number() }),
    }),
    reset: command({ summary: "Forgets the count.", args: empty, result: empty, effect: "destructive" }),
    run_code: command({ summary: "Runs code.", args: empty, result: empty, effect: "open" }),
    wait: command({ summary: "Waits until it is cancelled.", args: empty, result: empty, timeoutMs: 30_000 }),
  },
});

export interface CounterDouble extends AsyncDisposable {
  readonly count: number;
  /** Resolves when `wait` has begun. */
  readonly waiting: Promise<void>;
}

/** Serves the counter's commands as a bridge does: ledger, cancellation, progress, stored results. */
export async function startCounter(bus: Bus, bridge = "ws-01"): Promise<CounterDouble> {
  let count = 0;
  const waiting = Promise.withResolvers<void>();
  const ledger = new Map<string, Promise<Result>>();
  const cancels = subscribe(bus, subjects.cancel(WILDCARD), { payload: Cancel });
  const running = new Map<string, AbortController>();
  const cancelling = (async () => {
    for await (const { message } of cancels) running.get(message.payload.commandId)?.abort();
  })();

  const handlers: Record<string, (args: Record<string, unknown>, signal: AbortSignal) => unknown> = {
    get: () => ({ count }),
    increment: (args) => {
      const parsed = counter.commands.increment.args.safeParse(args);
      if (!parsed.success) {
        throw ValidationError.fromZod("INVALID_ARGUMENTS", "Cannot increment", parsed.error, ["args"]);
      }
      return { count: count += parsed.data.by };
    },
    reset: () => (count = 0, {}),
    run_code: () => ({}),
    wait: (_args, signal) => {
      waiting.resolve();
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(new PatchbayError("CANCELLED", "Cannot wait on: cancelled")))
      );
    },
  };

  async function run(name: CommandName, message: z.infer<typeof CommandMessage>, signal: AbortSignal): Promise<Result> {
    const own = new AbortController();
    running.set(message.id, own);
    const facts = {
      commandId: message.id,
      app: "counter",
      bridge,
      command: name,
      startedAt: Date.now(),
      durationMs: 1,
    };
    const { correlationId } = message.metadata;
    send(
      bus,
      subjects.progress(correlationId),
      envelope({
        type: "progress",
        payload: { commandId: message.id, fraction: 0 },
        source: `counter.${bridge}`,
        correlationId,
      }),
    );
    let result: Result;
    try {
      const value = await handlers[name]!(message.payload.args, AbortSignal.any([signal, own.signal]));
      result = { ...facts, ok: true, value };
    } catch (error) {
      result = { ...facts, ok: false, problem: toProblem(error) };
    }
    running.delete(message.id);
    const stored = envelope({ type: "result", payload: result, source: `counter.${bridge}`, correlationId });
    await publish(bus, subjects.result("counter", bridge, name), stored);
    return result;
  }

  const CommandMessage = z.looseObject({
    id: z.string(),
    payload: Command,
    metadata: z.looseObject({ correlationId: z.string() }),
  });
  const service: RunningService = await startService(bus, {
    name: `counter-${bridge}`,
    version: "1.0.0",
    description: "a counter",
    source: `counter.${bridge}`,
    graceMs: 100,
    endpoints: Object.keys(counter.commands).flatMap((name) =>
      [bridge, "any"].map((address) =>
        endpoint({
          name: `${name}-${address}`,
          subject: subjects.command("counter", address, name),
          queue: "counter",
          payload: Command,
          type: "result",
          handler({ payload, message, signal }) {
            const key = payload.idempotencyKey ?? message.id;
            const known = ledger.get(key);
            if (known !== undefined) return known;
            const result = run(name, message, signal);
            ledger.set(key, result);
            return result;
          },
        })
      )
    ),
  });
  const manifests = await openBucket(bus, "manifests", ManifestDocument);
  await manifests.put(`counter.${bridge}`, manifestDocument(counter));
  return {
    get count() {
      return count;
    },
    waiting: waiting.promise,
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await cancels[Symbol.asyncDispose]();
      await cancelling;
    },
  };
}
