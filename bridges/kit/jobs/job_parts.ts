/** What jobs need of the bridge that runs them. */
import type { Ledger } from "@patchbay/bus";
import type { Application } from "../application.ts";
import type { BridgeOptions } from "../bridge_options.ts";
import type { BridgeSelf } from "../bridge_self.ts";
import type { CommandQueue } from "../command_queue.ts";
import type { CommandRunner } from "../command_runner.ts";
import type { ExecutionJournal } from "../execution_journal.ts";
import type { Fence } from "../fence.ts";
import type { Spool } from "../spool/spool.ts";

export interface JobParts<S = unknown> {
  readonly self: BridgeSelf;
  readonly options: BridgeOptions<S>;
  readonly fence: Fence;
  readonly queue: CommandQueue;
  readonly spool: Spool;
  readonly application: Application<S>;
  readonly runner: CommandRunner<S>;
  readonly ledger: Ledger;
  readonly journal: ExecutionJournal;
  /** Fires when the bridge has ended. */
  readonly ended: AbortSignal;
}
