/** The batches of one bridge: how their results and their progress leave it. */
import { Progress, subjects } from "@patchbay/contracts";
import { type Ledger, putAsset, send } from "@patchbay/bus";
import type { Application } from "../application.ts";
import type { BridgeOptions } from "../bridge_options.ts";
import { about, type BridgeSelf } from "../bridge_self.ts";
import { Claims } from "../claims.ts";
import type { CommandQueue } from "../command_queue.ts";
import type { ExecutionJournal } from "../execution_journal.ts";
import type { Fence } from "../fence.ts";
import { fitValue } from "../large_values.ts";
import { ProgressPace } from "../progress_pace.ts";
import type { Signals } from "../signals.ts";
import type { Spool } from "../spool/spool.ts";
import type { StateReporter } from "../state/reporter.ts";
import { BatchRunner } from "./batch_runner.ts";

/** The parts of the bridge that batches go through. */
export interface BatchParts<S> {
  options: BridgeOptions<S>;
  self: BridgeSelf;
  fence: Fence;
  queue: CommandQueue;
  application: Application<S>;
  state: StateReporter;
  spool: Spool;
  signals: Signals;
  ledger: Ledger;
  journal: ExecutionJournal;
}

export function bridgeBatches<S>(
  { options, self, fence, queue, application, state, spool, signals, ledger, journal }: BatchParts<S>,
): BatchRunner<S> {
  const { bus, manifest, bridge, allowCode, stuckMs } = options;
  const pace = new ProgressPace();
  return new BatchRunner({
    manifest,
    bridge,
    allowCode,
    application,
    queue,
    claims: new Claims({ bus, ledger, self, fence }),
    journal,
    onCompleted: (completion) => spool.settled(completion),
    onChanged: () => state.changed("command"),
    onBegun: ({ id, metadata: { correlationId } }) => signals.during({ id, correlationId }),
    fit: (value, name, maxBytes) => fitValue(value, name, (meta, content) => putAsset(bus, meta, content), maxBytes),
    progress: (made, batch) => {
      const payload = Progress.safeParse(made);
      if (!payload.success || !pace.mayPass(batch.id, payload.data)) return;
      const { correlationId } = batch.metadata;
      send(bus, subjects.progress(correlationId), about(batch, self, "progress", payload.data));
    },
    onResult: (result, batch) => {
      spool.add(subjects.result(manifest.app, bridge, result.command), about(batch, self, "result", result));
    },
    ...(stuckMs === undefined ? {} : { stuckMs }),
  });
}
