/** What a command leaves in traces, metrics and the log. */
import type { AppName, BridgeId, Command, EnvelopeOf, Result } from "@patchbay/contracts";
import { ATTRIBUTES, DURATION_BUCKETS, histogram, logger, span } from "@patchbay/telemetry";

const log = logger("bridge");
const durations = histogram("patchbay.command.duration", {
  description: "How long applications take for their commands",
  unit: "s",
  buckets: DURATION_BUCKETS,
});

/** The application's own part of the work is a span of its own, after the conventions for generative AI's tools. */
export function traced<T>(
  { app, bridge, command: { id, payload } }: { app: AppName; bridge: BridgeId; command: EnvelopeOf<Command> },
  execute: () => Promise<T>,
): Promise<T> {
  const tool = `${app}.${payload.command}`;
  const attributes = {
    [ATTRIBUTES.genAiOperation]: "execute_tool",
    [ATTRIBUTES.genAiTool]: tool,
    [ATTRIBUTES.app]: app,
    [ATTRIBUTES.bridge]: bridge,
    [ATTRIBUTES.command]: payload.command,
    [ATTRIBUTES.commandId]: id,
    [ATTRIBUTES.priority]: payload.priority,
  };
  return span(`execute_tool ${tool}`, { attributes }, execute);
}

/** One line a command; and how long it took, if the application has begun it. */
export function record(result: Result, started: boolean): void {
  const { app, bridge, command, commandId } = result;
  const durationMs = Math.round(result.durationMs);
  const outcome = result.ok ? "ok" : result.problem.code;
  log.info("{app}.{bridge} {command}: {outcome} after {durationMs} ms", {
    app,
    bridge,
    command,
    commandId,
    outcome,
    durationMs,
  });
  if (!started) return;
  durations.record(result.durationMs / 1000, {
    [ATTRIBUTES.app]: app,
    [ATTRIBUTES.command]: command,
    [ATTRIBUTES.outcome]: outcome,
  });
}
