/** How the benchmarks call the echo application: straight on the bus, with no gateway between. */
import { type Bus, enqueueJob, request } from "@patchbay/bus";
import { BatchResult, type Command, envelope, Result, subjects } from "@patchbay/contracts";
import { TEXT } from "./echo_app.ts";

const TIMEOUT_MS = 30_000;

const commandOf = (bridge: string, command: string) => {
  const payload: Command = { command, args: TEXT, priority: "normal" };
  return envelope({ type: "command", payload, source: "bench", target: `echo.${bridge}` });
};

/** One command on the interactive lane. @throws {Error} where it fails */
export async function callBridge(bus: Bus, bridge: string, command: "echo" | "write"): Promise<void> {
  const answer = await request(bus, subjects.command("echo", bridge, command), commandOf(bridge, command), {
    payload: Result,
    absent: "BRIDGE_OFFLINE",
    timeoutMs: TIMEOUT_MS,
  });
  if (!answer.payload.ok) throw new Error(answer.payload.problem.detail);
}

/** So many commands in one message. */
export async function callBatch(bus: Bus, bridge: string, size: number): Promise<void> {
  const commands = Array.from({ length: size }, () => ({ command: "write", args: TEXT }));
  const message = envelope({
    type: "command",
    payload: { commands, onError: "stop", priority: "normal" },
    source: "bench",
    target: `echo.${bridge}`,
  });
  const answer = await request(bus, subjects.batch("echo", bridge), message, {
    payload: BatchResult,
    absent: "BRIDGE_OFFLINE",
    timeoutMs: TIMEOUT_MS,
  });
  if (!answer.payload.ok) throw new Error(`a batch of ${size} failed: ${JSON.stringify(answer.payload.problem)}`);
}

/** Jobs for one bridge: each call resolves once the job's result is published. */
export async function jobCalls(bus: Bus, bridge: string): Promise<() => Promise<void>> {
  const waiting = new Map<string, () => void>();
  bus.nc.subscribe(subjects.result("echo", bridge, "write"), {
    callback: (_, message) => {
      const { payload } = message.json<{ payload: { commandId: string } }>();
      waiting.get(payload.commandId)?.();
      waiting.delete(payload.commandId);
    },
  });
  await bus.nc.flush();
  return async () => {
    const message = commandOf(bridge, "write");
    const done = new Promise<void>((resolve) => waiting.set(message.id, resolve));
    await enqueueJob(bus, { app: "echo", bridge, priority: "normal" }, message);
    await done;
  };
}
