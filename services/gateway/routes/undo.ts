/** Taking a run back, and doing it again. */
import { z } from "zod";
import { Id, PatchbayError, SERVICES, StepId, UndoPreview } from "@patchbay/contracts";
import { actorOf } from "../actor.ts";
import type { GatewayDeps } from "../deps.ts";
import { type ApiKey, effectsOf } from "../keys.ts";
import { json, route } from "../route.ts";

const params = z.object({ id: Id });
const query = z.object({
  /** `s1,s3`: these and all that need them. */
  steps: z.string().max(100_000).transform((text) => text.split(",")).pipe(z.array(StepId).min(1)).optional(),
});
const { undo_run, redo_run } = SERVICES.conductor;
const begun = { 202: { description: "The undo has begun: a run of its own", schema: undo_run.result } };

export const undoRoutes = ({ call }: Pick<GatewayDeps, "call">) => {
  type Undo = { runId: Id; steps: z.output<typeof query>["steps"]; key: ApiKey | undefined; correlationId: Id };
  const undo = async ({ runId, steps, key, correlationId }: Undo) => {
    const question = { runId, ...chosen(steps), ...asking(key) };
    const answer = await call("conductor", "undo_run", question, { correlationId });
    return json(answer, { status: 202, headers: { Location: `/v1/runs/${answer.runId}` } });
  };
  return [
    route(
      {
        method: "GET",
        path: "/v1/runs/{id}/undo",
        id: "previewUndo",
        summary: "What an undo of the run would take back, and what it could not. `?steps=s1,s3` asks for some steps.",
        scope: "read",
        params,
        query,
        answers: { 200: { description: "The steps, in the order of the undo", schema: UndoPreview } },
      },
      async ({ params: { id }, query: { steps }, key, correlationId }) =>
        json(
          await call("conductor", "undo_preview", { runId: id, ...chosen(steps), ...asking(key) }, { correlationId }),
        ),
    ),

    route(
      {
        method: "POST",
        path: "/v1/runs/{id}/undo",
        id: "undoRun",
        summary:
          "Takes a run back that is over; with `?steps=s1,s3` these steps and all that need them. Inverse commands run only where the key may run them.",
        scope: "write",
        params,
        query,
        answers: begun,
      },
      ({ params: { id }, query: { steps }, key, correlationId }) => undo({ runId: id, steps, key, correlationId }),
    ),

    route({
      method: "POST",
      path: "/v1/runs/{id}/redo",
      id: "redoRun",
      summary:
        "Does again what an undo took back; the id is that of the undo. The key needs the scopes of what it does.",
      scope: "write",
      params,
      answers: { 202: { description: "The redo has begun: a run of its own", schema: redo_run.result } },
    }, async ({ params: { id }, key, correlationId }) => {
      const answer = await call("conductor", "redo_run", { runId: id, ...asking(key) }, { correlationId });
      return json(answer, { status: 202, headers: { Location: `/v1/runs/${answer.runId}` } });
    }),

    route({
      method: "POST",
      path: "/v1/plans/{id}/undo",
      id: "undoPlan",
      summary: "Takes the latest run of a plan back.",
      scope: "write",
      params,
      query,
      answers: begun,
    }, async ({ params: { id }, query: { steps }, key, correlationId }) => {
      const { runId } = await call("conductor", "plan", { id }, { correlationId });
      if (runId === undefined) throw PatchbayError.of("NOT_FOUND", `Cannot undo plan '${id}': it has never run`);
      return await undo({ runId, steps, key, correlationId });
    }),
  ];
};

const chosen = (steps: StepId[] | undefined) => steps === undefined ? {} : { steps };
const asking = (key: ApiKey | undefined) => ({ by: actorOf(key), effects: effectsOf(key) });
