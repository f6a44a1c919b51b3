/** The inside of a rehearsal's worker: opens the stages, walks the plan, tells of each step, and ends. */
import { KeptAssets, type ReadAsset, watchChildren } from "@patchbay/bridge-kit/rehearsal";
import { fromProblem, PatchbayError, toProblem } from "@patchbay/contracts";
import type { FromWorker, RehearsalJob, ToWorker } from "./messages.ts";
import { type FindBridge, Stages } from "./stages.ts";
import { walk } from "./walk.ts";

export type { FindBridge, FoundBridge } from "./stages.ts";

/** What a worker has of its owner. */
interface Port {
  postMessage(message: FromWorker): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToWorker>) => void): void;
}

/**
 * Rehearses the one plan that this worker is given. The module of the worker calls it, and nothing else.
 *
 * @example
 * ```ts ignore
 * import { serveRehearsal } from "@patchbay/rehearsal/worker";
 *
 * serveRehearsal(async (app) =>
 *   app === "blender" ? { definition: (await import("@patchbay/bridge-blender/bridge")).bridge } : undefined
 * );
 * ```
 */
export function serveRehearsal(findBridge: FindBridge): void {
  // in a worker the global object is the port; the types of the main thread do not say so
  const port = globalThis as unknown as Port;
  watchChildren((news) => port.postMessage({ type: "child", news }));
  const stop = new AbortController();
  const asked = new Map<number, PromiseWithResolvers<Awaited<ReturnType<ReadAsset>>>>();
  const readAsset: ReadAsset = (id) => {
    const answer = Promise.withResolvers<Awaited<ReturnType<ReadAsset>>>();
    const request = asked.size;
    asked.set(request, answer);
    port.postMessage({ type: "asset", request, id });
    return answer.promise;
  };
  port.addEventListener("message", ({ data }) => {
    switch (data.type) {
      case "begin":
        return void rehearse(data.job, { findBridge, readAsset, tell: (told) => port.postMessage(told), stop });
      case "asset":
        if (data.problem === undefined) asked.get(data.request)?.resolve(data.found);
        else asked.get(data.request)?.reject(fromProblem(data.problem));
        return;
      case "stop":
        return stop.abort(PatchbayError.of("CANCELLED", "The rehearsal was ended"));
    }
  });
}

interface Inside {
  findBridge: FindBridge;
  readAsset: ReadAsset;
  tell(message: FromWorker): void;
  stop: AbortController;
}

async function rehearse(
  { plan, manifests, targets, targetOf, items, folder, limits }: RehearsalJob,
  { findBridge, readAsset, tell, stop }: Inside,
): Promise<void> {
  const { signal } = stop;
  {
    await using stages = new Stages({
      findBridge,
      targets,
      items,
      folder,
      limits,
      signal,
      assets: new KeptAssets(readAsset, limits.fileBytes),
      onOpened: (target, notes) => tell({ type: "stage", target, notes }),
    });
    await walk({
      plan,
      manifests: new Map(manifests.map((manifest) => [manifest.app, manifest])),
      stageOf: ({ id }) => stages.of(targetOf[id]!),
      limits,
      onBegan: (stepId) => tell({ type: "began", stepId }),
      onStep(step) {
        tell({ type: "step", step });
        const { heapUsed, external } = Deno.memoryUsage();
        const held = heapUsed + external;
        if (held > limits.memoryBytes) stop.abort(tooLarge(held, limits.memoryBytes));
      },
      signal,
    }).catch((error) => {
      // whoever ended it knows how far it came; anything else ends the worker, which is seen
      if (!signal.aborted) throw error;
    });
  }
  tell({ type: "done", ...(signal.aborted ? { problem: toProblem(signal.reason) } : {}) });
}

const tooLarge = (memoryBytes: number, limit: number) =>
  PatchbayError.of("STORAGE_FULL", "The rehearsal takes more memory than it may, and was ended", {
    context: { memoryBytes, limit },
    remedy: "Rehearse a plan that makes less.",
  });
