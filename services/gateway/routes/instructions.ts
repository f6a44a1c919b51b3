/** Words in, plan out, and run when asked to. */
import { z } from "zod";
import { ApprovalState, Id, Instruction, PlanRecord, Rehearsal } from "@patchbay/contracts";
import { logger, span } from "@patchbay/telemetry";
import { actorOf } from "../actor.ts";
import type { GatewayDeps } from "../deps.ts";
import { effectsOf } from "../keys.ts";
import { requireScope } from "../middleware/auth.ts";
import { requirePlanScopes } from "../plan_scopes.ts";
import { json, route } from "../route.ts";

const log = logger("gateway");

const InstructionBody = z.strictObject({
  instruction: Instruction,
  mode: z.enum(["plan", "rehearse", "run"]).default("plan"),
  provider: z.string().min(1).max(100).optional(),
  project: z.string().min(1).max(100).optional(),
});

const InstructionAnswer = PlanRecord.extend({
  runId: Id.optional().meta({ description: "The run, with the mode `run`; follow it at /v1/runs/{id}/events." }),
  approval: ApprovalState.optional().meta({ description: "What must be approved before the run begins by itself." }),
  rehearsal: Rehearsal.optional().meta({ description: "What each step would change, with the mode `rehearse`." }),
});

export const instructionRoutes = (
  { call, limits, manifests, defaultProvider }: Pick<GatewayDeps, "call" | "limits" | "manifests" | "defaultProvider">,
) => [
  route(
    {
      method: "POST",
      path: "/v1/instructions",
      id: "instruct",
      summary:
        "Makes a plan from words; with the mode `rehearse` it is tried on simulators, with `run` it is run, at once or once it is approved.",
      scope: "write",
      body: InstructionBody,
      answers: {
        201: { description: "The plan", schema: InstructionAnswer },
        202: { description: "The plan, which runs or waits for an approval", schema: InstructionAnswer },
      },
    },
    ({ body: { mode, provider = defaultProvider, instruction, project }, key, correlationId }) =>
      span("instruct", { attributes: { "patchbay.mode": mode } }, async () => {
        const question = {
          instruction,
          ...(provider === undefined ? {} : { provider }),
          ...(project === undefined ? {} : { project }),
        };
        const { plan } = await call("llm-planner", "plan", question, {
          correlationId,
          timeoutMs: limits.planTimeoutMs,
        });
        if (mode === "run") requirePlanScopes(plan, manifests, (scope) => requireScope(key, scope));
        const record = await call("conductor", "save_plan", { plan }, { correlationId });
        const headers = { Location: `/v1/plans/${plan.id}` };
        if (mode === "plan") return json(record, { status: 201, headers });
        if (mode === "rehearse") {
          const rehearsal = await call("conductor", "rehearse_plan", { planId: plan.id }, {
            correlationId,
            timeoutMs: limits.rehearsalTimeoutMs,
          });
          const rehearsed = await call("conductor", "plan", { id: plan.id }, { correlationId });
          return json({ ...rehearsed, rehearsal }, { status: 201, headers });
        }
        const effects = effectsOf(key);
        const asked = { planId: plan.id, effects, by: actorOf(key) };
        const { runId, status, approval } = await call("conductor", "run_plan", asked, { correlationId });
        log.info("key {key} runs plan {plan} as run {run}: {status}", {
          key: key?.id,
          plan: plan.id,
          run: runId,
          status,
        });
        return json({ ...record, status, runId, ...(approval === undefined ? {} : { approval }) }, {
          status: 202,
          headers: { Location: `/v1/runs/${runId}` },
        });
      }),
  ),
];
