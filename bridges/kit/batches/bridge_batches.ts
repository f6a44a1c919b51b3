/** The batches of one bridge: how their results and their progress leave it. */
import { Progress, subjects } from "@patchbay/contracts";
import { putAsset, send } from "@patchbay/bus";
import type { BridgeParts } from "../bridge_parts.ts";
import { about } from "../bridge_self.ts";
import { Claims } from "../claims.ts";
import { fitValue } from "../large_values.ts";
import { ProgressPace } from "../progress_pace.ts";
import { BatchRunner } from "./batch_runner.ts";

type Needed = "options" | "self" | "fence" | "queue" | "application" | "state" | "spool" | "ledger" | "journal";

export function bridgeBatches<S>(
  { options, self, fence, queue, application, state, spool, ledger, journal }: Pick<BridgeParts<S>, Needed>,
): BatchRunner<S> {
  const { bus, manifest, bridge, allowCode, stuckMs } = options;
  const pace = new ProgressPace();
  return new BatchRunner({
    manifest,
    bridge,
    allowCode,
    application,
    queue,
    claims: new Claims({ ledger, self, fence }),
    journal,
    onCompleted: (completion) => spool.addPacked(completion),
    onChanged: () => state.changed("command"),
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
