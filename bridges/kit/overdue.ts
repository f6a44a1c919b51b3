/** A command that runs on after its deadline or its cancellation: the person at the workstation is told, then it is given up. */
import { logger } from "@patchbay/telemetry";

export interface OverdueOptions {
  /** `blender.ws-07` */
  source: string;
  command: string;
  /** Fires at the deadline or the cancellation. */
  signal: AbortSignal;
  /** After so long it is given up, in milliseconds. */
  stuckMs: number;
  /** Whether the application waits for a person: then it goes on, once somebody has answered. */
  waitsForPerson(): boolean;
  giveUp(): void;
}

const log = logger("bridge");
const SAID_MS = 5_000;

/** Watches until it is disposed of. */
export function watchOverdue(options: OverdueOptions): Disposable {
  const { source, command, signal, stuckMs } = options;
  let said: ReturnType<typeof setTimeout> | undefined;
  let stuck: ReturnType<typeof setTimeout> | undefined;
  const patience = () => {
    stuck = setTimeout(() => options.waitsForPerson() ? patience() : options.giveUp(), stuckMs);
  };
  const overdue = () => {
    patience();
    said = setTimeout(() => {
      log.warn("{source}: {command} runs on past its end; everything else waits for it", { source, command });
    }, SAID_MS);
  };
  signal.addEventListener("abort", overdue, { once: true });
  return {
    [Symbol.dispose]() {
      clearTimeout(said);
      clearTimeout(stuck);
      signal.removeEventListener("abort", overdue);
    },
  };
}
