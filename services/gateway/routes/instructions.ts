/** Words in, plan out, and run when asked to. */
import { z } from "zod";
import { Id, Instruction, PlanRecord } from "@patchbay/contracts";
import { logger, span } from "@patchbay/telemetry";
import type { GatewayDeps } from "../deps.ts";
import { HttpRefusal } from "../refusal.ts";
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
});

export const instructionRoutes = (
  { call, limits, manifests, defaultProvider }: Pick<GatewayDeps, "call" | "limits" | "manifests" | "defaultProvider">,
) => [
  route(
    {
      method: "POST",
      path: "/v1/instructions",
      id: "instruct",
      summary: "Makes a plan from words; with the mode `run` it is run at once, and the answer names the run.",
      scope: "write",
      body: InstructionBody,
      answers: {
        201: { description: "The plan", schema: InstructionAnswer },
        202: { description: "The plan, which runs", schema: InstructionAnswer },
      },
    },
    ({ body: { mode, provider = defaultProvider, instruction, project }, key, correlationId }) =>
      span("instruct", { attributes: { "patchbay.mode": mode } }, async () => {
        if (mode === "rehearse") throw notYet();
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
        const effects = effectsOf(key);
        const { runId } = await call("conductor", "run_plan", { planId: plan.id, effects }, { correlationId });
        log.info("key {key} runs plan {plan} as run {run}", { key: key?.id, plan: plan.id, run: runId });
        return json({ ...record, status: "running", runId }, {
          status: 202,
          headers: { Location: `/v1/runs/${runId}` },
        });
      }),
  ),
];

const notYet = () =>
  new HttpRefusal(501, "INVALID_REQUEST", "Cannot rehearse: plans cannot be rehearsed yet", {
    issues: [{ path: ["mode"], message: "only 'plan' and 'run' are served" }],
    remedy: "Use the mode `plan`, look at the plan, and run it with `POST /v1/plans/{id}/run`.",
  });
